/** What a budget says of itself. Bytes that were counted; the process holds more, by what an engine adds to each piece. */
export type MemoryStats = {
  readonly heldBytes: number;
  readonly limitBytes: number;
  readonly mostHeldBytes: number;
  /** Who holds something, or may. */
  readonly shares: number;
  /** Times that a share was given nothing: it asked for more than its limits, or would have held most of a spent whole. */
  readonly refusals: number;
  /** Times that the whole was spent and the share with the most was taken away. */
  readonly evictions: number;
};

export type ShareLimits<Kind extends string> = {
  /** Of each kind of thing that is held. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** Of all kinds together. */
  readonly all: number;
};

/**
 * Memory that many take from and give back to. Each has a share with limits of its own. When the whole is spent, the share
 * that holds most is taken away: whoever fills the memory loses it, and a neighbour who asks for little is served.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  readonly #shares = new Set<MemoryShare<string>>();
  #heldBytes = 0;
  #mostHeldBytes = 0;
  #refusals = 0;
  #evictions = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** `onTaken`: the share was taken away for the sake of another; everything that it held must be let go at once. */
  open<Kind extends string>(limits: ShareLimits<Kind>, onTaken: () => void): MemoryShare<Kind> {
    const share: MemoryShare<Kind> = new MemoryShare(limits, onTaken, {
      reserve: (bytes) => this.#reserve(share, bytes),
      refuse: () => {
        this.#refusals += 1;
      },
      release: (bytes) => {
        this.#heldBytes -= bytes;
      },
      leave: () => this.#shares.delete(share),
    });
    this.#shares.add(share);
    return share;
  }

  stats(): MemoryStats {
    return {
      heldBytes: this.#heldBytes,
      limitBytes: this.#limitBytes,
      mostHeldBytes: this.#mostHeldBytes,
      shares: this.#shares.size,
      refusals: this.#refusals,
      evictions: this.#evictions,
    };
  }

  #reserve(asker: MemoryShare<string>, bytes: number): boolean {
    while (this.#heldBytes + bytes > this.#limitBytes) {
      const largest = this.#largest();
      if (largest === null || largest === asker || largest.heldBytes <= asker.heldBytes + bytes) {
        this.#refusals += 1;
        return false;
      }
      this.#evictions += 1;
      largest.takeAway();
    }
    this.#heldBytes += bytes;
    this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.#heldBytes);
    return true;
  }

  #largest(): MemoryShare<string> | null {
    let largest: MemoryShare<string> | null = null;
    for (const share of this.#shares) if (share.heldBytes > (largest?.heldBytes ?? 0)) largest = share;
    return largest;
  }
}

type Whole = {
  reserve(bytes: number): boolean;
  refuse(): void;
  release(bytes: number): void;
  leave(): void;
};

/** One holder's part of a budget. After `close` it takes nothing, and giving back does nothing. */
export class MemoryShare<Kind extends string> {
  readonly #limits: ShareLimits<Kind>;
  readonly #onTaken: () => void;
  readonly #whole: Whole;
  readonly #held = new Map<Kind, number>();
  #heldBytes = 0;
  #mostHeldBytes = 0;
  #isClosed = false;

  constructor(limits: ShareLimits<Kind>, onTaken: () => void, whole: Whole) {
    this.#limits = limits;
    this.#onTaken = onTaken;
    this.#whole = whole;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get mostHeldBytes(): number {
    return this.#mostHeldBytes;
  }

  held(kind: Kind): number {
    return this.#held.get(kind) ?? 0;
  }

  /** False when this passes a limit: nothing was taken then, and whoever asked has to let go or end. */
  take(kind: Kind, bytes: number): boolean {
    if (this.#isClosed) return false;
    const held = this.held(kind) + bytes;
    if (held > this.#limits.kinds[kind] || this.#heldBytes + bytes > this.#limits.all) {
      this.#whole.refuse();
      return false;
    }
    if (!this.#whole.reserve(bytes)) return false;
    this.#held.set(kind, held);
    this.#heldBytes += bytes;
    this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.#heldBytes);
    return true;
  }

  give(kind: Kind, bytes: number): void {
    if (this.#isClosed) return;
    const given = Math.min(bytes, this.held(kind));
    this.#held.set(kind, this.held(kind) - given);
    this.#heldBytes -= given;
    this.#whole.release(given);
  }

  /** Takes or gives, so that exactly this much is held. */
  hold(kind: Kind, bytes: number): boolean {
    const change = bytes - this.held(kind);
    if (change > 0) return this.take(kind, change);
    this.give(kind, -change);
    return true;
  }

  takeAway(): void {
    this.close();
    this.#onTaken();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#whole.release(this.#heldBytes);
    this.#whole.leave();
    this.#heldBytes = 0;
    this.#held.clear();
  }
}

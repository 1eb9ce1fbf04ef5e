import type { Refusal } from '@visavis/protocol';
import { type ControlError, refusal } from '../control-error.ts';
import type { OnBound } from './bounds.ts';

/** Whoever has the same key shares `atOnce` places. */
type Share = { readonly key: string; readonly atOnce: number };

export type Tenant = {
  /** Turns are given in rounds among tenants: a user, a project or an address. */
  readonly key: string;
  /** Served before all others, and not refused for their sake. */
  readonly isFirst?: boolean;
  /** Further bounds that it shares with other tenants, like those of its address. */
  readonly shares?: readonly Share[];
};

export type FairPlacesOptions = {
  /** What the bound is counted under. */
  readonly what: string;
  readonly atOnce: number;
  readonly atOncePerTenant: number;
  readonly waiting: number;
  readonly waitingPerTenant: number;
  /** Who has waited so long is refused. */
  readonly waitLimitMs: number;
  /** What those are told who are refused. */
  readonly reasons: {
    /** The tenant itself has filled its part; `limit` in the sentence is `atOncePerTenant`. */
    readonly own: Refusal;
    /** Others have filled everything. */
    readonly full: Refusal;
  };
  readonly onBound?: OnBound;
};

export type Place = {
  /** Gives it back. A second time changes nothing. */
  release(): void;
  /** Somebody else waits who could have this place. */
  isContested(): boolean;
};

type Waiter = {
  readonly tenant: Tenant;
  readonly grant: (place: Place) => void;
  readonly refuse: (error: Error) => void;
};

const RETRY_AFTER_SECONDS = 10;

/**
 * A bounded number of places for costly work, shared fairly: a tenant has a part of them at most, and those who wait get
 * their turn in rounds, so that nobody waits for the queue of another. A full queue refuses first whoever has the most in it.
 */
export class FairPlaces {
  readonly #options: FairPlacesOptions;
  readonly #held = new Map<string, number>();
  /** In the order of turns; a tenant that was served goes to the end. */
  readonly #queues = new Map<string, Waiter[]>();
  #heldInAll = 0;
  #firstsHeld = 0;
  #waitingInAll = 0;

  constructor(options: FairPlacesOptions) {
    this.#options = options;
  }

  get heldCount(): number {
    return this.#heldInAll;
  }

  get waitingCount(): number {
    return this.#waitingInAll;
  }

  async run<Result>(tenant: Tenant, work: (place: Place) => Promise<Result>): Promise<Result> {
    const place = await this.take(tenant);
    try {
      return await work(place);
    } finally {
      place.release();
    }
  }

  /** Throws `too-many-attempts` or `overloaded` when there is no place, nor one to wait for. */
  async take(tenant: Tenant): Promise<Place> {
    if (this.#mayStart(tenant) && !this.#queues.has(tenant.key)) return this.#start(tenant);
    this.#makeRoomToWait(tenant);
    const { promise, resolve, reject } = Promise.withResolvers<Place>();
    const waiter: Waiter = { tenant, grant: resolve, refuse: reject };
    const queue = this.#queues.get(tenant.key) ?? [];
    queue.push(waiter);
    this.#queues.set(tenant.key, queue);
    this.#waitingInAll += 1;
    const timer = setTimeout(() => this.#giveUp(waiter), this.#options.waitLimitMs);
    this.#serve();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #mayStart({ key, shares = [] }: Tenant, freed?: Tenant): boolean {
    const { atOnce, atOncePerTenant } = this.#options;
    const heldOf = (part: string): number => {
      const isFreed = freed !== undefined && (freed.key === part || (freed.shares ?? []).some((s) => s.key === part));
      return (this.#held.get(part) ?? 0) - (isFreed ? 1 : 0);
    };
    if (this.#heldInAll - (freed === undefined ? 0 : 1) >= atOnce) return false;
    return heldOf(key) < atOncePerTenant && shares.every((share) => heldOf(share.key) < share.atOnce);
  }

  #start(tenant: Tenant): Place {
    const parts = [tenant.key, ...(tenant.shares ?? []).map(({ key }) => key)];
    for (const part of parts) this.#held.set(part, (this.#held.get(part) ?? 0) + 1);
    this.#heldInAll += 1;
    if (tenant.isFirst === true) this.#firstsHeld += 1;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#heldInAll -= 1;
        if (tenant.isFirst === true) this.#firstsHeld -= 1;
        for (const part of parts) {
          const left = (this.#held.get(part) ?? 1) - 1;
          if (left === 0) this.#held.delete(part);
          else this.#held.set(part, left);
        }
        this.#serve();
      },
      isContested: () =>
        isHeld &&
        [...this.#queues].some(
          ([key, [first]]) => key !== tenant.key && first !== undefined && this.#mayStart(first.tenant, tenant),
        ),
    };
  }

  /** Gives free places to those who come first, then to those who hold the fewest, in the order of turns. */
  #serve(): void {
    for (;;) {
      let next: { readonly key: string; readonly queue: Waiter[]; readonly rank: number } | null = null;
      for (const [key, queue] of this.#queues) {
        const [first] = queue;
        if (first === undefined) continue;
        const rank = this.#rankOf(first.tenant, this.#held.get(key) ?? 0);
        if ((next === null || rank < next.rank) && this.#mayStart(first.tenant)) next = { key, queue, rank };
      }
      const waiter = next?.queue[0];
      if (next === null || waiter === undefined) return;
      this.#leaveQueue(waiter);
      const rest = this.#queues.get(next.key);
      if (rest !== undefined) {
        this.#queues.delete(next.key);
        this.#queues.set(next.key, rest);
      }
      waiter.grant(this.#start(waiter.tenant));
    }
  }

  /**
   * Who comes first waits for nobody, until one of them has a place: a crowd of them leaves the others to the rest, so that
   * nobody is shut out by logging in again and again.
   */
  #rankOf({ isFirst }: Tenant, held: number): number {
    if (isFirst !== true) return held;
    return this.#firstsHeld === 0 ? -1 : held + 0.5;
  }

  #makeRoomToWait(tenant: Tenant): void {
    const { waiting, waitingPerTenant } = this.#options;
    const own = this.#queues.get(tenant.key)?.length ?? 0;
    if (own >= waitingPerTenant) throw this.#refusal(true, tenant);
    if (this.#waitingInAll < waiting) return;
    let longest: readonly Waiter[] = [];
    for (const queue of this.#queues.values()) {
      if (queue.length > longest.length && queue[0]?.tenant.isFirst !== true) longest = queue;
    }
    const last = longest.at(-1);
    if (last === undefined || (longest.length <= own + 1 && tenant.isFirst !== true))
      throw this.#refusal(false, tenant);
    this.#leaveQueue(last);
    last.refuse(this.#refusal(false, last.tenant));
  }

  #giveUp(waiter: Waiter): void {
    if (!this.#leaveQueue(waiter)) return;
    const isOwnFault = (this.#held.get(waiter.tenant.key) ?? 0) >= this.#options.atOncePerTenant;
    waiter.refuse(this.#refusal(isOwnFault, waiter.tenant));
  }

  #leaveQueue(waiter: Waiter): boolean {
    const { key } = waiter.tenant;
    const queue = this.#queues.get(key) ?? [];
    const index = queue.indexOf(waiter);
    if (index < 0) return false;
    queue.splice(index, 1);
    if (queue.length === 0) this.#queues.delete(key);
    this.#waitingInAll -= 1;
    return true;
  }

  #refusal(isOwnFault: boolean, { key }: Tenant): ControlError {
    const { what, reasons, atOncePerTenant, onBound } = this.#options;
    onBound?.(what, { tenant: key });
    const options = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    if (!isOwnFault) return refusal('overloaded', reasons.full, options);
    return refusal('too-many-attempts', reasons.own, { ...options, values: { limit: atOncePerTenant } });
  }
}

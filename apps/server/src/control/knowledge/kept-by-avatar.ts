/** Something that was read for an avatar, or is being read. */
export type Kept<Value> = {
  /** What it was read of: it is good as long as that has not changed. */
  readonly version: string;
  readonly value: Promise<Value>;
  /** Of the memory that it takes, in whatever `most` counts; 0 until it is known. */
  weight: number;
};

/** What was read for avatars last: together it weighs no more than `most`, or is of one avatar. */
export class KeptByAvatar<Value, Entry extends Kept<Value> = Kept<Value>> {
  readonly #most: number;
  /** The one used last comes last. */
  readonly #kept = new Map<string, Entry>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The one that is used now. */
  use(avatarId: string): Entry | undefined {
    const known = this.#kept.get(avatarId);
    if (known === undefined) return undefined;
    this.#kept.delete(avatarId);
    this.#kept.set(avatarId, known);
    return known;
  }

  /** In place of an earlier one. One that cannot be read is forgotten: whoever asks next tries again. */
  keep(avatarId: string, kept: Entry): void {
    this.#kept.delete(avatarId);
    this.#kept.set(avatarId, kept);
    this.trim();
    kept.value.catch(() => {
      if (this.#kept.get(avatarId) === kept) this.#kept.delete(avatarId);
    });
  }

  forget(avatarId: string): void {
    this.#kept.delete(avatarId);
  }

  /** After weights have changed. */
  trim(): void {
    let sum = [...this.#kept.values()].reduce((total, { weight }) => total + weight, 0);
    for (const [avatarId, { weight }] of this.#kept) {
      if (sum <= this.#most || this.#kept.size === 1) return;
      this.#kept.delete(avatarId);
      sum -= weight;
    }
  }
}

/** Tokens come back at `perSecond`, up to `atOnce`. */
export type Rate = { readonly atOnce: number; readonly perSecond: number };

type Bucket = { tokens: number; atMs: number };

/** Senders that are remembered; the one that was silent longest is forgotten first. */
const MAX_SENDERS = 10_000;

/** How often senders that can be forged are answered: each, and all together. */
export class AnswerRate {
  readonly #each: Rate;
  readonly #all: Rate;
  readonly #senders = new Map<string, Bucket>();
  readonly #together: Bucket;

  constructor({ each, all }: { each: Rate; all: Rate }, nowMs = 0) {
    this.#each = each;
    this.#all = all;
    this.#together = { tokens: all.atOnce, atMs: nowMs };
  }

  /** Whether one more answer goes to this sender now. An answer that is refused costs nothing of what all share. */
  take(sender: string, nowMs: number): boolean {
    const bucket = this.#senders.get(sender) ?? { tokens: this.#each.atOnce, atMs: nowMs };
    this.#senders.delete(sender);
    this.#senders.set(sender, bucket);
    if (this.#senders.size > MAX_SENDERS) this.#senders.delete(this.#senders.keys().next().value ?? '');
    refill(bucket, this.#each, nowMs);
    refill(this.#together, this.#all, nowMs);
    if (bucket.tokens < 1 || this.#together.tokens < 1) return false;
    bucket.tokens -= 1;
    this.#together.tokens -= 1;
    return true;
  }

  get senderCount(): number {
    return this.#senders.size;
  }
}

function refill(bucket: Bucket, { atOnce, perSecond }: Rate, nowMs: number): void {
  bucket.tokens = Math.min(atOnce, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = nowMs;
}

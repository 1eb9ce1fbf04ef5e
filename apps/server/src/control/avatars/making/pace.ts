/** What a sender must bring: this many bytes per second, on the average of every window. */
export type PaceRule = { readonly windowMs: number; readonly bytesPerSecond: number };

/** Slower than the uplink of a telephone in the countryside; pauses of half a minute are borne. */
export const PATIENT: PaceRule = { windowMs: 30_000, bytesPerSecond: 4_096 };
/** While others wait for the place of a sender. */
export const IMPATIENT: PaceRule = { windowMs: 8_000, bytesPerSecond: 32_768 };

/** Moments are kept in steps of this length: what a sender cuts into crumbs takes no more memory than this allows. */
const STEP_MS = 250;
const KEPT_MS = Math.max(PATIENT.windowMs, IMPATIENT.windowMs) + STEP_MS;

/**
 * How fast a sender is, judged by the bytes that come and not by silence alone, so that a trickle holds no place. Time
 * counts only while the sender is waited for: it is not to blame for a slow disk.
 */
export class Pace {
  readonly #moments: { waitedMs: number; bytes: number }[] = [{ waitedMs: 0, bytes: 0 }];

  /** Both since the beginning: how long the sender was waited for, and what it has brought. */
  note(waitedMs: number, bytes: number): void {
    const [last, before] = [this.#moments.at(-1), this.#moments.at(-2)];
    if (last !== undefined && before !== undefined && waitedMs - before.waitedMs < STEP_MS) {
      last.waitedMs = waitedMs;
      last.bytes = bytes;
    } else {
      this.#moments.push({ waitedMs, bytes });
    }
    while (waitedMs - (this.#moments[1]?.waitedMs ?? waitedMs) >= KEPT_MS) this.#moments.shift();
  }

  /** Bytes of the last window; null before a whole one has gone by. */
  bytesWithin(windowMs: number, waitedMs: number): number | null {
    const fromMs = waitedMs - windowMs;
    if (fromMs < 0) return null;
    let before = 0;
    let all = 0;
    for (const moment of this.#moments) {
      if (moment.waitedMs <= fromMs) before = moment.bytes;
      all = moment.bytes;
    }
    return all - before;
  }

  keepsTo({ windowMs, bytesPerSecond }: PaceRule, waitedMs: number): 'yes' | 'slow' | 'silent' {
    const bytes = this.bytesWithin(windowMs, waitedMs);
    if (bytes === null || bytes >= (bytesPerSecond * windowMs) / 1000) return 'yes';
    return bytes === 0 ? 'silent' : 'slow';
  }
}

import { wireSamplesToMs } from '../../../core/audio-format.ts';
import type { Clock } from '../../../core/clock.ts';
import { errorMessage } from '../../../core/error-message.ts';
import type { Logger } from '../../../core/logger.ts';
import type { MouthRequest } from '../mouth/mouth-messages.ts';
import type { SpokenClause } from '../mouth/spoken-clause.ts';
import type { Speaker } from '../speak-text.ts';

/** The first sound of a reply is waited for at most this long. */
const FIRST_SOUND_LIMIT_MS = 2000;
/** A gap within a reply that nobody minds. */
const LATE_MS = 200;
/** How much the last clause counts against those before. */
const NEWEST_SHARE = 0.4;
/** A machine that was too slow may have been busy: it is tried again after this. */
const TRY_AGAIN_MS = 300_000;
/** One that has not spoken yet may be loading its model: it is tried again after this, then after twice as long, and so on. */
const TRY_LOADING_AGAIN_MS = 15_000;

/** How fast the neural mouth has been, whoever asked. */
export class SpeechPace {
  readonly #clock: Clock;
  /** What a character took, waiting included. */
  #msEach: number | null = null;
  #measuredAtMs = 0;
  #tryAgainMs = TRY_LOADING_AGAIN_MS;
  #hasSpoken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(text: string, workMs: number): void {
    // What it took before was no speaking.
    if (!this.#hasSpoken) this.#msEach = null;
    this.#hasSpoken = true;
    this.#tryAgainMs = TRY_AGAIN_MS;
    this.#count(text, workMs);
  }

  /** It was not there in time. */
  noteLate(text: string, limitMs: number): void {
    if (!this.#hasSpoken && this.#msEach !== null) this.#tryAgainMs = Math.min(TRY_AGAIN_MS, 2 * this.#tryAgainMs);
    this.#count(text, 2 * limitMs);
  }

  #count(text: string, workMs: number): void {
    const msEach = workMs / Math.max(text.length, 1);
    this.#msEach = this.#msEach === null ? msEach : this.#msEach + NEWEST_SHARE * (msEach - this.#msEach);
    this.#measuredAtMs = this.#clock.nowMs();
  }

  /** What this text will take. */
  expectedMs(text: string): number {
    const isOld = this.#clock.nowMs() >= this.#measuredAtMs + this.#tryAgainMs;
    return isOld || this.#msEach === null ? 0 : this.#msEach * text.length;
  }
}

export type PacedMouthOptions = {
  readonly neural: Pick<Speaker, 'speak'>;
  /** Speaks what the neural mouth cannot: other languages, and what would come too late. */
  readonly plain: Speaker;
  readonly pace: SpeechPace;
  readonly clock: Clock;
  readonly logger: Logger;
};

/**
 * The neural mouth in one talk. A clause that would not be there in time is spoken by the plain mouth, and so is the rest of the
 * reply: a voice that changes back and forth is worse than one that stutters.
 */
export class PacedMouth implements Speaker {
  readonly #options: PacedMouthOptions;
  /** When what was made of this reply has been played; null: nothing was. */
  #dryAtMs: number | null = null;
  #isBehind = false;
  #onBehind: () => void = () => {};

  constructor(options: PacedMouthOptions) {
    this.#options = options;
  }

  get speaksOtherLanguages(): boolean {
    return this.#options.plain.speaksOtherLanguages;
  }

  /** `onBehind`: called when the plain mouth takes over in this reply. */
  beginTurn(onBehind: () => void): void {
    this.#dryAtMs = null;
    this.#isBehind = false;
    this.#onBehind = onBehind;
  }

  async speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    const { plain } = this.#options;
    if (request.language !== 'en') return await plain.speak(request, signal);
    const clause = this.#isBehind ? null : await this.#speakInTime(request, signal);
    if (clause === null) return await plain.speak(request, signal);
    const { clock } = this.#options;
    this.#dryAtMs = Math.max(clock.nowMs(), this.#dryAtMs ?? 0) + wireSamplesToMs(clause.pcm.length);
    return clause;
  }

  /** The first clause of a reply that is foreseen. Rejects where the neural mouth would be late: whoever wants it asks again. */
  async foresee(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    if (request.language !== 'en') return await this.#options.plain.speak(request, signal);
    const clause = await this.#speakWithin(FIRST_SOUND_LIMIT_MS, request, signal);
    if (clause === null) throw new Error('The neural mouth is too late.');
    return clause;
  }

  /** Null: it would come too late, or not at all. */
  async #speakInTime(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause | null> {
    const dryInMs = this.#dryAtMs === null ? null : Math.max(0, this.#dryAtMs - this.#options.clock.nowMs());
    const limitMs = dryInMs === null ? FIRST_SOUND_LIMIT_MS : dryInMs + LATE_MS;
    const clause = await this.#speakWithin(limitMs, request, signal);
    if (clause === null) {
      this.#isBehind = true;
      this.#onBehind();
    }
    return clause;
  }

  async #speakWithin(limitMs: number, request: MouthRequest, signal: AbortSignal): Promise<SpokenClause | null> {
    const { neural, pace, clock, logger } = this.#options;
    const startedAtMs = clock.nowMs();
    if (pace.expectedMs(request.text) > limitMs) return null;
    const late = new AbortController();
    const cancel = clock.schedule(limitMs, () => late.abort());
    try {
      const clause = await neural.speak(request, AbortSignal.any([signal, late.signal]));
      pace.note(request.text, clock.nowMs() - startedAtMs);
      return clause;
    } catch (error) {
      if (signal.aborted) throw error;
      if (late.signal.aborted) pace.noteLate(request.text, limitMs);
      else logger.warn({ reason: errorMessage(error) }, 'The neural mouth could not speak; the built-in one does.');
      return null;
    } finally {
      cancel();
    }
  }
}

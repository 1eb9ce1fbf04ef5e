import { AUDIO_FRAME_MS, OPUS_SAMPLE_RATE_HZ, wireSamplesToMs } from '../core/audio-format.ts';
import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import { SampleLine } from '../core/sample-line.ts';
import {
  CANCELLER_DELAY_SAMPLES,
  type EchoCanceller,
  MICROPHONE_FRAME_SAMPLES,
  openEchoCanceller,
  PLAYED_FRAME_SAMPLES,
} from './echo-canceller.ts';
import { EchoLevel, toDb } from './echo-level.ts';
import { EchoPresence } from './echo-presence.ts';
import { meanPower, PlayedSound } from './played-sound.ts';
import { StreamClock } from './stream-clock.ts';

/** How long after its end what was played may still come back: network, jitter buffer, room. */
const ECHO_TAIL_MS = 1200;
/** The longest way from a loud sound to its echo that the rule by level reckons with, and without a known echo. */
const LEVEL_WINDOW_MS = 800;
const SHORT_LEVEL_WINDOW_MS = 450;
/**
 * A canceller that has never heard an echo takes the first voice that it hears for one, and silences it. So, where a second
 * of loud sound was played and none came back, it is given a faint echo to learn from: what was played 10 ms before, 30 dB
 * softer. Not sooner, for it would look for a real one in the wrong place.
 */
const LESSON_GAIN = 10 ** (-30 / 20);
const LESSON_AFTER_FRAMES = 100;
const LOUD_POWER = 10 ** (-40 / 10);
/** How often a canceller that failed is opened again in one call. */
const MAX_REOPENINGS = 3;
/** Frames handed on together. */
const MAX_BATCH_FRAMES = 10;
const SAMPLES_PER_MS = OPUS_SAMPLE_RATE_HZ / 1000;

export type EchoGuardOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is left of an echo is silenced, for whoever judges the sound without knowing of the echo. */
  readonly silencesRest: boolean;
  /** Asked at the beginning and again when one has failed; null: without one, by level only. Left out: WebRTC's. */
  readonly openCanceller?: () => EchoCanceller | null;
  /** PCM16 mono at 24 kHz. Up to `echoDb` (dB of full scale) it may be the avatar's echo; minus infinity when nothing is played. */
  onSound(pcm24k: Int16Array, echoDb: number): void;
};

/**
 * Stands between the microphone and whoever listens, and knows what the avatar plays. While something plays and 1.2 s
 * after, the echo is taken out, with the sound that was sent as reference. Sound leaves 12 ms later than it came, always,
 * so that it has no seam where the canceller starts and stops. Who has no echo gets the microphone's own samples.
 */
export class EchoGuard {
  readonly #options: EchoGuardOptions;
  readonly #openCanceller: () => EchoCanceller | null;
  #canceller: EchoCanceller | null;
  readonly #played = new PlayedSound();
  readonly #playedClock = new StreamClock();
  readonly #microphoneClock = new StreamClock();
  readonly #level: EchoLevel;
  readonly #presence = new EchoPresence();
  readonly #reference = new Int16Array(PLAYED_FRAME_SAMPLES);
  readonly #cleaned = new Int16Array(MICROPHONE_FRAME_SAMPLES);
  /**
   * The microphone's sound on its way: what has left the canceller's place and goes on beside it, which takes as long, and then
   * what is to come to that place.
   */
  readonly #line = new SampleLine();
  /** Microphone samples that came, and those in whole frames, since the first of the call. */
  #receivedSamples = 0;
  #framedSamples = 0;
  #gaveCleaned = false;
  #loudFrames = 0;
  #failures = 0;

  constructor(options: EchoGuardOptions) {
    this.#options = options;
    this.#openCanceller = options.openCanceller ?? (() => openEchoCanceller(options.logger));
    this.#canceller = this.#openCanceller();
    this.#level = new EchoLevel(this.#canceller !== null);
    this.#line.restart(CANCELLER_DELAY_SAMPLES);
  }

  /** A frame of 20 ms goes to the listener; null is silence. */
  addPlayed(pcm48k: Int16Array | null, mediaTimeMs: number): void {
    this.#playedClock.observe(mediaTimeMs, this.#options.clock.nowMs());
    this.#played.append(pcm48k, mediaTimeMs, AUDIO_FRAME_MS * SAMPLES_PER_MS);
  }

  /** How often a canceller failed in this call. */
  get failures(): number {
    return this.#failures;
  }

  /** A turn of the user begins or ends. */
  setUserSpeaking(speaks: boolean): void {
    this.#level.setUserSpeaking(speaks);
  }

  push(pcm24k: Int16Array): void {
    this.#receivedSamples += pcm24k.length;
    this.#microphoneClock.observe(wireSamplesToMs(this.#receivedSamples), this.#options.clock.nowMs());
    this.#line.append(pcm24k);
    for (let count = this.#framesReady(); count > 0; count = this.#framesReady()) this.#handOn(count);
  }

  /** Hands on what is still on its way. */
  flush(): void {
    const rest = this.#line.take(this.#line.length);
    this.#framedSamples += rest.length - CANCELLER_DELAY_SAMPLES;
    this.reset();
    this.#options.onSound(rest, Number.NEGATIVE_INFINITY);
  }

  /** Forgets what is still on its way. */
  reset(): void {
    this.#framedSamples = this.#receivedSamples;
    this.#line.restart(CANCELLER_DELAY_SAMPLES);
  }

  close(): void {
    try {
      this.#canceller?.close();
    } catch (error) {
      this.#options.logger.warn({ error: errorMessage(error) }, 'An echo canceller did not close.');
    }
    this.#canceller = null;
  }

  #framesReady(): number {
    const whole = Math.floor((this.#line.length - CANCELLER_DELAY_SAMPLES) / MICROPHONE_FRAME_SAMPLES);
    return Math.min(whole, MAX_BATCH_FRAMES);
  }

  #handOn(count: number): void {
    const sound = new Int16Array(count * MICROPHONE_FRAME_SAMPLES);
    let echoDb = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < sound.length; at += MICROPHONE_FRAME_SAMPLES) {
      echoDb = Math.max(echoDb, this.#takeFrame(sound.subarray(at, at + MICROPHONE_FRAME_SAMPLES)));
    }
    this.#options.onSound(sound, echoDb);
  }

  /** Gives the next frame's sound, and up to which level it may be an echo. */
  #takeFrame(out: Int16Array): number {
    const place = this.#placeInPlayed();
    this.#framedSamples += out.length;
    if (place === null || !this.#played.soundedBefore(place, ECHO_TAIL_MS)) {
      this.#gaveCleaned = false;
      this.#line.takeInto(out);
      return Number.NEGATIVE_INFINITY;
    }
    this.#line.copyTo(this.#cleaned, CANCELLER_DELAY_SAMPLES);
    this.#line.takeInto(out);
    return this.#judge(out, this.#clean(this.#cleaned, place), place);
  }

  #judge(out: Int16Array, cleaned: Int16Array | null, place: number): number {
    const power = meanPower(cleaned ?? out);
    if (cleaned !== null) this.#presence.update(meanPower(out), power);
    const windowMs = this.#presence.isPresent || cleaned === null ? LEVEL_WINDOW_MS : SHORT_LEVEL_WINDOW_MS;
    const playedPower = this.#played.loudestBefore(place + PLAYED_FRAME_SAMPLES, windowMs);
    const echoDb = this.#level.boundDb(playedPower);
    this.#level.update(power, playedPower);
    const isRest = this.#presence.isPresent && toDb(power) < echoDb;
    if (this.#options.silencesRest && isRest) cleaned?.fill(0);
    if (cleaned !== null) this.#choose(out, cleaned);
    return echoDb;
  }

  /** Where in what was played the next microphone frame lies, by the moments at which both went over the wire. */
  #placeInPlayed(): number | null {
    const { offsetMs: microphoneMs } = this.#microphoneClock;
    const { offsetMs: playedMs } = this.#playedClock;
    if (microphoneMs === null || playedMs === null) return null;
    return 2 * this.#framedSamples + Math.round((microphoneMs - playedMs) * SAMPLES_PER_MS);
  }

  #clean(frame: Int16Array, place: number): Int16Array | null {
    if (this.#canceller === null) return null;
    if (this.#loudFrames > LESSON_AFTER_FRAMES && !this.#presence.isPresent) this.#addLesson(frame);
    this.#played.read(place, this.#reference);
    if (meanPower(this.#reference) > LOUD_POWER) this.#loudFrames++;
    try {
      this.#canceller.process(this.#reference, frame);
      return frame;
    } catch (error) {
      this.#replaceCanceller(error);
      return null;
    }
  }

  /** The call goes on with another canceller; where one after the other fails, by level, which then reckons with the whole echo. */
  #replaceCanceller(error: unknown): void {
    this.#failures += 1;
    this.close();
    this.#canceller = this.#failures > MAX_REOPENINGS ? null : this.#openCanceller();
    const isReplaced = this.#canceller !== null;
    this.#options.logger.error({ error: errorMessage(error), isReplaced }, 'The echo canceller of a call failed.');
    this.#loudFrames = 0;
    this.#level.restart(isReplaced);
  }

  #addLesson(frame: Int16Array): void {
    for (let k = 0; k < frame.length; k++) {
      const sample = (frame[k] as number) + LESSON_GAIN * (this.#reference[2 * k] as number);
      frame[k] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    }
  }

  /** `original` stays, or becomes the cleaned one; from the one to the other within a frame, without a click. */
  #choose(original: Int16Array, cleaned: Int16Array): void {
    const { takesCleaned } = this.#presence;
    const changes = takesCleaned !== this.#gaveCleaned;
    this.#gaveCleaned = takesCleaned;
    if (!changes) {
      if (takesCleaned) original.set(cleaned);
      return;
    }
    const [from, to] = takesCleaned ? [original, cleaned] : [cleaned, original];
    const { length } = original;
    for (let k = 0; k < length; k++) {
      original[k] = Math.round((k * (to[k] as number) + (length - k) * (from[k] as number)) / length);
    }
  }
}

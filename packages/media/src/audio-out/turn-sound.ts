import { OPUS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { Resampler } from '../core/resampler.ts';

/** Wire samples converted per step: one frame's worth, so that a long burst costs nothing until it is played. */
const STEP_SAMPLES = 480;
const FADE_IN_SAMPLES = OPUS_SAMPLE_RATE_HZ / 100;
const RESUME_FADE_SAMPLES = OPUS_SAMPLE_RATE_HZ / 200;
const WIRE_TO_OUT = OPUS_SAMPLE_RATE_HZ / WIRE_SAMPLE_RATE_HZ;

/** A stretch of the turn that was refused for want of room: after `atSample` of the kept sound, `lengthSamples` are missing. */
type Gap = { readonly atSample: number; readonly lengthSamples: number };

/**
 * The sound of one turn, waiting and already sent. Sound enters at 24 kHz and leaves at 48 kHz, with a 10 ms fade at its
 * start and a 5 ms fade after every interruption of the supply. Sample counts are at 48 kHz unless said otherwise.
 */
export class TurnSound {
  readonly turnId: string;
  readonly #resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, OPUS_SAMPLE_RATE_HZ);
  readonly #waiting: Int16Array[] = [];
  /** Wire samples in `#waiting`, from `#waitingOffset` of its first piece on. */
  #waitingSamples = 0;
  #waitingOffset = 0;
  /** Converted and not yet sent, from `#readyOffset` on. */
  #ready: Int16Array = new Int16Array(0);
  #readyOffset = 0;
  #sentSamples = 0;
  #acceptedSamples = 0;
  readonly #gaps: Gap[] = [];
  #ended = false;
  #drained = false;
  #fadeLength = FADE_IN_SAMPLES;
  #fadeAt = 0;

  constructor(turnId: string) {
    this.turnId = turnId;
  }

  /** Sound sent so far, in milliseconds. */
  get playedMs(): number {
    return (this.#sentSamples * 1000) / OPUS_SAMPLE_RATE_HZ;
  }

  /** Place in the turn's sound of the next sample to send, counted with what was refused. */
  get positionMs(): number {
    let position = this.#sentSamples;
    for (const gap of this.#gaps) if (gap.atSample <= this.#sentSamples) position += gap.lengthSamples;
    return (position * 1000) / OPUS_SAMPLE_RATE_HZ;
  }

  get bufferedMs(): number {
    const ready = this.#ready.length - this.#readyOffset;
    return (this.#waitingSamples * 1000) / WIRE_SAMPLE_RATE_HZ + (ready * 1000) / OPUS_SAMPLE_RATE_HZ;
  }

  /** No more sound will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Everything has been sent and no more will come. */
  get finished(): boolean {
    return this.#drained && this.#readyOffset === this.#ready.length;
  }

  push(pcm24k: Int16Array): void {
    if (this.#ended || pcm24k.length === 0) return;
    this.#waiting.push(pcm24k);
    this.#waitingSamples += pcm24k.length;
    this.#acceptedSamples += pcm24k.length * WIRE_TO_OUT;
  }

  /** Notes that `wireSamples` of the turn were refused here. */
  skip(wireSamples: number): void {
    this.#gaps.push({ atSample: this.#acceptedSamples, lengthSamples: wireSamples * WIRE_TO_OUT });
  }

  end(): void {
    this.#ended = true;
  }

  /** The next sample sent fades in: the supply was interrupted. */
  startFade(): void {
    this.#fadeLength = RESUME_FADE_SAMPLES;
    this.#fadeAt = 0;
  }

  /** Moves up to the rest of `output` from `start` on out of the turn; returns the number of samples written. */
  read(output: Int16Array, start: number): number {
    let at = start;
    while (at < output.length) {
      if (this.#readyOffset === this.#ready.length && !this.#convertMore()) break;
      const count = Math.min(output.length - at, this.#ready.length - this.#readyOffset);
      output.set(this.#ready.subarray(this.#readyOffset, this.#readyOffset + count), at);
      this.#readyOffset += count;
      this.#fadeIn(output, at, count);
      at += count;
    }
    this.#sentSamples += at - start;
    // Looking ahead tells whether that was the last of a turn that has ended.
    if (this.#readyOffset === this.#ready.length && this.#ended) this.#convertMore();
    return at - start;
  }

  #fadeIn(output: Int16Array, start: number, count: number): void {
    const length = Math.min(count, this.#fadeLength - this.#fadeAt);
    for (let k = 0; k < length; k++) {
      const gain = (this.#fadeAt + k) / this.#fadeLength;
      output[start + k] = Math.round((output[start + k] as number) * gain);
    }
    this.#fadeAt += Math.max(0, length);
  }

  /** Fills `#ready` from what waits. False when nothing more can be had now. */
  #convertMore(): boolean {
    while (this.#waitingSamples > 0) {
      this.#ready = this.#resampler.process(this.#takeWaiting());
      this.#readyOffset = 0;
      if (this.#ready.length > 0) return true;
    }
    if (!this.#ended || this.#drained) return false;
    this.#drained = true;
    this.#ready = this.#acceptedSamples === 0 ? new Int16Array(0) : this.#resampler.flush();
    this.#readyOffset = 0;
    return this.#ready.length > 0;
  }

  #takeWaiting(): Int16Array {
    const first = this.#waiting[0] as Int16Array;
    const piece = first.subarray(this.#waitingOffset, this.#waitingOffset + STEP_SAMPLES);
    this.#waitingOffset += piece.length;
    this.#waitingSamples -= piece.length;
    if (this.#waitingOffset === first.length) {
      this.#waiting.shift();
      this.#waitingOffset = 0;
    }
    return piece;
  }
}

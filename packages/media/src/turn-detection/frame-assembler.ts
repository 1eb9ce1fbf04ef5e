import { ANALYSIS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { Resampler } from '../core/resampler.ts';
import { SampleLine } from '../core/sample-line.ts';
import { SPEECH_FRAME_SAMPLES } from './speech-model.ts';

/** Samples of one frame at the wire's 24 kHz. */
const WIRE_FRAME_SAMPLES = (SPEECH_FRAME_SAMPLES * WIRE_SAMPLE_RATE_HZ) / ANALYSIS_SAMPLE_RATE_HZ;
export const FRAME_MS = (SPEECH_FRAME_SAMPLES * 1000) / ANALYSIS_SAMPLE_RATE_HZ;

/** 32 ms of the microphone, as it came and as the speech model wants it. */
export type AudioFrame = {
  /** Place of its first sample, in 24 kHz samples from the first of the call. */
  readonly startSample: number;
  readonly pcm24k: Int16Array;
  /** 512 samples at 16 kHz, -1 to 1. */
  readonly samples16k: Float32Array;
  /** Up to this level (dB of full scale) it may be the avatar's echo; minus infinity while nothing is played. */
  readonly echoDb: number;
};

/** Cuts the microphone's sound into frames, whatever the chunks it comes in. */
export class FrameAssembler {
  readonly #resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, ANALYSIS_SAMPLE_RATE_HZ, 'judge');
  #samples16k = new Float32Array(SPEECH_FRAME_SAMPLES);
  #filled16k = 0;
  /** Sound at 24 kHz not yet part of a frame. */
  readonly #pending24k = new SampleLine();
  #samplesSeen = 0;
  #echoDb = Number.NEGATIVE_INFINITY;

  /** 24 kHz samples seen since the first of the call, those dropped by `reset` included. */
  get samplesSeen(): number {
    return this.#samplesSeen;
  }

  push(pcm24k: Int16Array, echoDb: number): AudioFrame[] {
    this.#echoDb = Math.max(this.#echoDb, echoDb);
    this.#samplesSeen += pcm24k.length;
    this.#pending24k.append(pcm24k);
    const frames: AudioFrame[] = [];
    const converted = this.#resampler.process(pcm24k);
    for (let at = 0; at < converted.length; ) {
      const count = Math.min(converted.length - at, SPEECH_FRAME_SAMPLES - this.#filled16k);
      for (let k = 0; k < count; k++) this.#samples16k[this.#filled16k + k] = (converted[at + k] as number) / 32_768;
      this.#filled16k += count;
      at += count;
      if (this.#filled16k === SPEECH_FRAME_SAMPLES) frames.push(this.#completeFrame());
    }
    // What does not fill a frame yet belongs to this piece.
    this.#echoDb = echoDb;
    return frames;
  }

  /** Forgets what does not fill a frame yet; places go on counting. */
  reset(): void {
    this.#resampler.reset();
    this.#filled16k = 0;
    this.#pending24k.restart(0);
  }

  #completeFrame(): AudioFrame {
    const startSample = this.#samplesSeen - this.#pending24k.length;
    const pcm24k = this.#pending24k.take(WIRE_FRAME_SAMPLES);
    const samples16k = this.#samples16k;
    this.#samples16k = new Float32Array(SPEECH_FRAME_SAMPLES);
    this.#filled16k = 0;
    return { startSample, pcm24k, samples16k, echoDb: this.#echoDb };
  }
}

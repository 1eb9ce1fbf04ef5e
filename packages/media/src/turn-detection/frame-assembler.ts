import { ANALYSIS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { Resampler } from '../core/resampler.ts';
import { SampleLine } from '../core/sample-line.ts';
import { SPEECH_FRAME_SAMPLES } from './speech-model.ts';

/** Samples of one frame at the wire's 24 kHz. */
const WIRE_FRAME_SAMPLES = (SPEECH_FRAME_SAMPLES * WIRE_SAMPLE_RATE_HZ) / ANALYSIS_SAMPLE_RATE_HZ;
export const FRAME_MS = (SPEECH_FRAME_SAMPLES * 1000) / ANALYSIS_SAMPLE_RATE_HZ;

const FULL_SCALE = 32_768;

/** Of all calls: between two frames it remembers nothing. */
const resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, ANALYSIS_SAMPLE_RATE_HZ, 'judge');
/** Samples on either side of a frame that those at 16 kHz depend on: as many as the filter reaches, in whole steps of both rates. */
const MARGIN = Math.ceil(resampler.reach / 3) * 3;
const MARGIN_16K = (MARGIN * ANALYSIS_SAMPLE_RATE_HZ) / WIRE_SAMPLE_RATE_HZ;

/** 32 ms of the microphone, as it came and as the speech model wants it. */
export class AudioFrame {
  /** Place of its first sample, in 24 kHz samples from the first of the call. */
  readonly startSample: number;
  /** Up to this level (dB of full scale) it may be the avatar's echo; minus infinity while nothing is played. */
  readonly echoDb: number;
  /** The frame at 24 kHz between its margins. */
  readonly #samples: Int16Array;

  constructor(startSample: number, echoDb: number, samples: Int16Array) {
    this.startSample = startSample;
    this.echoDb = echoDb;
    this.#samples = samples;
  }

  /** Behind its last sample, counted like `startSample`. */
  get endSample(): number {
    return this.startSample + WIRE_FRAME_SAMPLES;
  }

  /** As it came; the samples belong to the caller. */
  get pcm24k(): Int16Array {
    return this.#samples.slice(MARGIN, MARGIN + WIRE_FRAME_SAMPLES);
  }

  /**
   * Mean square of what a voice has of it, full scale 1: of the means of neighbours, which leave 10 kHz a sixteenth of its power. A
   * whine up there would else be the level of the room.
   */
  get power(): number {
    const samples = this.#samples;
    let sum = 0;
    for (let at = MARGIN; at < MARGIN + WIRE_FRAME_SAMPLES; at++) {
      sum += ((samples[at] as number) + (samples[at + 1] as number)) ** 2;
    }
    return sum / (4 * WIRE_FRAME_SAMPLES * FULL_SCALE ** 2);
  }

  /** 512 samples at 16 kHz, -1 to 1. Made when asked for: most of what an open microphone gives is a quiet room. */
  get samples16k(): Float32Array {
    resampler.reset();
    const converted = resampler.process(this.#samples);
    const samples = new Float32Array(SPEECH_FRAME_SAMPLES);
    for (let k = 0; k < samples.length; k++) samples[k] = (converted[MARGIN_16K + k] as number) / FULL_SCALE;
    return samples;
  }
}

/** Cuts the microphone's sound into frames, whatever the chunks it comes in. */
export class FrameAssembler {
  /** The margin before the next frame, and what came behind it. */
  readonly #line = new SampleLine();
  #samplesSeen = 0;
  #echoDb = Number.NEGATIVE_INFINITY;

  constructor() {
    this.#line.restart(MARGIN);
  }

  push(pcm24k: Int16Array, echoDb: number): AudioFrame[] {
    this.#echoDb = Math.max(this.#echoDb, echoDb);
    this.#samplesSeen += pcm24k.length;
    this.#line.append(pcm24k);
    const frames: AudioFrame[] = [];
    while (this.#line.length >= WIRE_FRAME_SAMPLES + 2 * MARGIN) frames.push(this.#nextFrame());
    // What does not fill a frame yet belongs to this piece.
    this.#echoDb = echoDb;
    return frames;
  }

  /** Forgets what does not fill a frame yet; places go on counting. */
  reset(): void {
    this.#line.restart(MARGIN);
  }

  #nextFrame(): AudioFrame {
    const samples = new Int16Array(WIRE_FRAME_SAMPLES + 2 * MARGIN);
    const startSample = this.#samplesSeen - this.#line.length + MARGIN;
    this.#line.copyTo(samples, 0);
    this.#line.drop(WIRE_FRAME_SAMPLES);
    return new AudioFrame(startSample, this.#echoDb, samples);
  }
}

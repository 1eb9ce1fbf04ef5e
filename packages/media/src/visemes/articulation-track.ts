import {
  ARTICULATION_CHANNELS,
  ARTICULATION_RATE_HZ,
  type Articulation,
  type PhoneTiming,
} from '../core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import type { ArticulationNetwork } from './articulation-network.ts';
import type { ArticulationStream } from './articulation-stream.ts';
import { PcmQueue } from './pcm-queue.ts';
import { PhoneArticulator } from './phone-articulator.ts';
import { SpectralEstimator } from './spectral-estimator.ts';

const CHANNEL_COUNT = ARTICULATION_CHANNELS.length;
const FRAME_MS = 1000 / ARTICULATION_RATE_HZ;
const FRAME_SAMPLES = WIRE_SAMPLE_RATE_HZ / ARTICULATION_RATE_HZ;
/** Half width of the triangular window that a picture's shape is averaged over. */
const BLEND_MS = 40;
/** A closure or a lip-to-teeth touch this near to a picture shows in it fully, so that none falls between two pictures. */
const CATCH_MS = 20;
/** Past the last frame the mouth goes to rest within this time. */
const RELAX_MS = 70;
/** Sound is listened to in blocks of this many frames. */
const BLOCK_FRAMES = 2;
/** How far past a picture sound is listened to: the longest look-ahead, the picture's window and a block. */
const LISTEN_AHEAD_MS = 200;
const INITIAL_FRAMES = 1000;
const CAUGHT = new Set<string>(['closure', 'labiodental']);

/**
 * What the mouth does during one turn of speech, as 100 Hz frames counted from the turn's first sample. Frames come from
 * phone times where the voice gives them and from the sound elsewhere: by the network, or by the spectral estimator when
 * there is none.
 *
 * Sound is listened to when a picture needs it and not when it arrives, so that half a minute of speech pushed at once
 * does not hold up other calls; sound whose phones are known by then is not listened to at all.
 */
export class ArticulationTrack {
  readonly #network: ArticulationNetwork | null;
  readonly #phones = new PhoneArticulator();
  readonly #unheard = new PcmQueue();
  readonly #block = new Int16Array(BLOCK_FRAMES * FRAME_SAMPLES);
  #stream: ArticulationStream | null = null;
  #frames = new Float32Array(INITIAL_FRAMES * CHANNEL_COUNT);
  /** 1 where phones decide. */
  #fromPhones = new Uint8Array(INITIAL_FRAMES);
  /** Frames that have a value, from the start on. */
  #frameCount = 0;
  /** First frame of the sound not yet listened to, and the next frame that the open stream will emit. */
  #nextBlockFrame = 0;
  #nextStreamFrame = 0;
  #finished = false;

  constructor(options: { network: ArticulationNetwork | null }) {
    this.#network = options.network;
  }

  /** Sound of the turn, PCM16 mono at 24 kHz, in order; kept, so it must not change. Ignored after `finish`. */
  appendAudio(pcm24k: Int16Array): void {
    if (!this.#finished) this.#unheard.push(pcm24k);
  }

  /** Phones in order of time. They may arrive before or after their sound and win over it. */
  appendPhones(phones: readonly PhoneTiming[]): void {
    const { firstFrame, endFrame } = this.#phones.append(phones);
    this.#reserve(endFrame);
    for (let frame = firstFrame; frame < endFrame; frame++) {
      if (!this.#phones.covers(frame)) continue;
      this.#fromPhones[frame] = 1;
      this.#phones.writeFrame(frame, this.#frames, frame * CHANNEL_COUNT);
    }
    this.#frameCount = Math.max(this.#frameCount, endFrame);
  }

  /** No more sound comes: what is left needs no look-ahead. */
  finish(): void {
    this.#finished = true;
  }

  /**
   * The shape for a picture shown while the turn's sound is at `positionMs`: a ±40 ms triangular average, with closures
   * and lip-to-teeth touches at their maximum within ±20 ms. Before the first frame and past the last the mouth relaxes.
   */
  sampleAt(positionMs: number, out: Articulation): void {
    this.#listenUntil(positionMs + LISTEN_AHEAD_MS);
    const first = Math.ceil((positionMs - BLEND_MS) / FRAME_MS - 0.5);
    const last = Math.floor((positionMs + BLEND_MS) / FRAME_MS - 0.5);
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
      const name = ARTICULATION_CHANNELS[channel];
      if (name === undefined) continue;
      const caught = CAUGHT.has(name);
      let value = 0;
      let weightSum = 0;
      for (let frame = first; frame <= last; frame++) {
        const distanceMs = Math.abs((frame + 0.5) * FRAME_MS - positionMs);
        const shape = this.#valueAt(frame, channel);
        if (caught) {
          if (distanceMs <= CATCH_MS) value = Math.max(value, shape);
          continue;
        }
        const weight = 1 - distanceMs / BLEND_MS;
        value += weight * shape;
        weightSum += weight;
      }
      out[name] = caught || weightSum === 0 ? value : value / weightSum;
    }
  }

  #valueAt(frame: number, channel: number): number {
    if (frame < 0 || this.#frameCount === 0) return 0;
    if (frame < this.#frameCount) return this.#frames[frame * CHANNEL_COUNT + channel] ?? 0;
    const overrun = ((frame - this.#frameCount + 1) * FRAME_MS) / RELAX_MS;
    if (overrun >= 1) return 0;
    const lastValue = this.#frames[(this.#frameCount - 1) * CHANNEL_COUNT + channel] ?? 0;
    return lastValue * (0.5 + 0.5 * Math.cos(Math.PI * overrun));
  }

  /** Listens to whole blocks, so that any chunking gives the same frames; the last block may be short. */
  #listenUntil(untilMs: number): void {
    while (this.#nextBlockFrame * FRAME_MS < untilMs) {
      const waiting = this.#unheard.length;
      if (waiting < this.#block.length && !(this.#finished && waiting > 0)) break;
      this.#listenToBlock(this.#unheard.take(this.#block));
    }
    if (this.#finished && this.#unheard.length === 0) this.#closeStream();
  }

  #listenToBlock(pcm: Int16Array): void {
    const firstFrame = this.#nextBlockFrame;
    const endFrame = firstFrame + Math.ceil(pcm.length / FRAME_SAMPLES);
    this.#nextBlockFrame = endFrame;
    if (this.#phonesDecide(firstFrame, endFrame)) {
      this.#closeStream();
      return;
    }
    if (this.#stream === null) {
      this.#nextStreamFrame = firstFrame;
      const listener = (frame: Float32Array): void => this.#takeStreamFrame(frame);
      this.#stream = this.#network?.openStream(listener) ?? new SpectralEstimator(listener);
    }
    this.#stream.push(pcm);
  }

  #phonesDecide(firstFrame: number, endFrame: number): boolean {
    for (let frame = firstFrame; frame < endFrame; frame++) if (this.#fromPhones[frame] !== 1) return false;
    return true;
  }

  #closeStream(): void {
    this.#stream?.finish();
    this.#stream = null;
  }

  #takeStreamFrame(values: Float32Array): void {
    const frame = this.#nextStreamFrame;
    this.#nextStreamFrame += 1;
    this.#reserve(frame + 1);
    if (this.#fromPhones[frame] !== 1) this.#frames.set(values, frame * CHANNEL_COUNT);
    this.#frameCount = Math.max(this.#frameCount, frame + 1);
  }

  #reserve(frameCount: number): void {
    if (frameCount <= this.#fromPhones.length) return;
    const capacity = Math.max(frameCount, this.#fromPhones.length * 2);
    const frames = new Float32Array(capacity * CHANNEL_COUNT);
    frames.set(this.#frames);
    const fromPhones = new Uint8Array(capacity);
    fromPhones.set(this.#fromPhones);
    this.#frames = frames;
    this.#fromPhones = fromPhones;
  }
}

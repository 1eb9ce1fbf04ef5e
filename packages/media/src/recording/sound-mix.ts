import { AUDIO_FRAME_MS, OPUS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { Resampler } from '../core/resampler.ts';

const FRAME_SAMPLES = (OPUS_SAMPLE_RATE_HZ * AUDIO_FRAME_MS) / 1000;
/** Browsers hand over the microphone up to 341 ms at a time, after it was heard: so long a frame waits for the user's part. */
const DELAY_FRAMES = 1000 / AUDIO_FRAME_MS;
/** User sound that arrives within this time of the end of the piece before it follows that piece without a gap. */
const JOIN_WITHIN_SAMPLES = OPUS_SAMPLE_RATE_HZ / 2;

type Piece = { readonly fromSample: number; readonly pcm: Int16Array };

/**
 * Lays the voices of both sides over each other at the time they were heard: mono, 48 kHz, in frames of 20 ms that come
 * out a second later. Holds a bounded second of sound.
 */
export class SoundMix {
  readonly #onFrame: (pcm48k: Int16Array, callTimeMs: number) => void;
  readonly #resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, OPUS_SAMPLE_RATE_HZ);
  #frames: { readonly callTimeMs: number; readonly pcm: Int16Array | null }[] = [];
  /** The user's sound that no frame has taken yet, in order. */
  #pieces: Piece[] = [];
  /** Sample of the call at which the user's next sound begins if it follows without a gap. */
  #userSample = Number.NEGATIVE_INFINITY;

  constructor(onFrame: (pcm48k: Int16Array, callTimeMs: number) => void) {
    this.#onFrame = onFrame;
  }

  /** Every 20 ms of the call's clock: the avatar's sound, null in silence. Where the clock stood still, its times leap. */
  addAvatarFrame(pcm48k: Int16Array | null, callTimeMs: number): void {
    this.#frames.push({ callTimeMs, pcm: pcm48k === null ? null : pcm48k.slice(0, FRAME_SAMPLES) });
    if (this.#frames.length > DELAY_FRAMES) this.#emitOldest();
  }

  /** PCM16 mono 24 kHz that has just arrived: its last sample was heard about now. */
  addUserSound(pcm24k: Int16Array): void {
    const pcm = this.#resampler.process(pcm24k);
    const newest = this.#frames.at(-1);
    if (newest === undefined) return;
    const heardFrom = toSample(newest.callTimeMs) + FRAME_SAMPLES - pcm.length;
    const isContinued = Math.abs(heardFrom - this.#userSample) < JOIN_WITHIN_SAMPLES;
    const fromSample = isContinued ? this.#userSample : heardFrom;
    this.#userSample = fromSample + pcm.length;
    this.#pieces.push({ fromSample, pcm });
  }

  /** Gives out what still waits. */
  flush(): void {
    while (this.#frames.length > 0) this.#emitOldest();
  }

  #emitOldest(): void {
    const oldest = this.#frames.shift();
    if (oldest === undefined) return;
    const { callTimeMs, pcm } = oldest;
    const mixed = pcm ?? new Int16Array(FRAME_SAMPLES);
    const from = toSample(callTimeMs);
    for (const piece of this.#pieces) addPiece(mixed, from, piece);
    this.#pieces = this.#pieces.filter((piece) => piece.fromSample + piece.pcm.length > from + FRAME_SAMPLES);
    this.#onFrame(mixed, callTimeMs);
  }
}

function addPiece(mixed: Int16Array, from: number, { fromSample, pcm }: Piece): void {
  const first = Math.max(0, fromSample - from);
  const end = Math.min(mixed.length, fromSample + pcm.length - from);
  for (let k = first; k < end; k++) {
    const sum = (mixed[k] as number) + (pcm[from + k - fromSample] as number);
    mixed[k] = Math.max(-32_768, Math.min(32_767, sum));
  }
}

function toSample(callTimeMs: number): number {
  return Math.round((callTimeMs * OPUS_SAMPLE_RATE_HZ) / 1000);
}

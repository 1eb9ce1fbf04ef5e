import { type FilmFrame, FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { PcmQueue } from '@visavis/media/visemes';
import { SPEECH_CONTAINERS } from '../read-speech.ts';
import { FILM_SAMPLE_RATE_HZ, FILM_SOUND_FILTER, samplesOf } from './speech-sound.ts';

/** Gaps in the sound, by its own times, are filled. */
const FILTER = `aresample=async=1,${FILM_SOUND_FILTER}`;
/** Where the clip begins anew its sound fades out and in, against clicks. */
const FADE_SAMPLES = FILM_SAMPLE_RATE_HZ / 100;

/**
 * The sound of a clip from its first picture on: PCM16 mono, decoded as it is needed. Silence where the clip has none, where it cannot
 * be decoded, and after its end.
 */
export class ClipSound {
  readonly #open: () => FilmReader | null;
  /** Samples of silence before the sound; negative: of sound before the first picture. */
  readonly #lead: number;
  /** After so many samples it begins anew. */
  readonly #period: number;
  #reader: FilmReader | null = null;
  #pieces: Generator<FilmFrame, undefined> | null = null;
  #waiting = new PcmQueue();
  #isOver = false;
  #skip = 0;
  /** Samples taken since it began, the last time. */
  #at = 0;
  #isAnew = false;

  /** `periodMs`: the clip begins anew after this time; left out, never. */
  static async open(path: string, periodMs?: number): Promise<ClipSound> {
    const prepared = await FilmReader.prepare();
    const open = (): FilmReader | null => {
      const reader = attempt(() => prepared(fileOnDisk(path, 'read'), SPEECH_CONTAINERS));
      if (reader === null || reader.sound() !== null) return reader;
      reader.close();
      return null;
    };
    const period = periodMs === undefined ? Number.POSITIVE_INFINITY : samplesIn(periodMs);
    return new ClipSound(open, samplesIn(leadMs(open)), period);
  }

  private constructor(open: () => FilmReader | null, lead: number, period: number) {
    this.#open = open;
    this.#lead = lead;
    this.#period = period;
    this.#begin();
  }

  /** The next samples. */
  take(count: number): Int16Array {
    const pcm = new Int16Array(count);
    for (let taken = 0; taken < count; ) {
      if (this.#at >= this.#period) {
        this.close();
        this.#isAnew = true;
        this.#begin();
      }
      const part = pcm.subarray(taken, taken + Math.min(count - taken, this.#period - this.#at));
      this.#fill(part);
      this.#fade(part);
      taken += part.length;
      this.#at += part.length;
    }
    return pcm;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
    this.#pieces = null;
  }

  #begin(): void {
    this.#reader = this.#open();
    this.#pieces = this.#reader?.frames(FILTER) ?? null;
    this.#isOver = this.#reader === null;
    this.#waiting = new PcmQueue();
    this.#waiting.push(new Int16Array(Math.max(0, this.#lead)));
    this.#skip = Math.max(0, -this.#lead);
    this.#at = 0;
  }

  #fill(part: Int16Array): void {
    while (!this.#isOver && this.#waiting.length < part.length) {
      const piece = attempt(() => this.#pieces?.next().value ?? null);
      if (piece === null) {
        this.#isOver = true;
        break;
      }
      const pcm = samplesOf(piece);
      const skipped = Math.min(this.#skip, pcm.length);
      this.#skip -= skipped;
      this.#waiting.push(pcm.subarray(skipped));
    }
    this.#waiting.take(part);
  }

  #fade(part: Int16Array): void {
    if (this.#period === Number.POSITIVE_INFINITY) return;
    for (let i = 0; i < part.length; i++) {
      const at = this.#at + i;
      const near = Math.min(this.#isAnew ? at : FADE_SAMPLES, this.#period - 1 - at);
      if (near < FADE_SAMPLES) part[i] = Math.round(((part[i] ?? 0) * near) / FADE_SAMPLES);
    }
  }
}

/** How much later than the pictures the sound begins. What stands before time zero is there for the decoder alone. */
function leadMs(open: () => FilmReader | null): number {
  const reader = open();
  if (reader === null) return 0;
  try {
    const [sound, pictures] = [reader.sound()?.stream, reader.pictures()?.stream];
    const firstMs = new Map<number, number>();
    for (const { stream, atMs, isShown } of reader.packets()) {
      if (isShown && !firstMs.has(stream)) firstMs.set(stream, Math.max(0, atMs));
      if (firstMs.has(sound ?? -1) && firstMs.has(pictures ?? -1)) break;
    }
    return (firstMs.get(sound ?? -1) ?? 0) - (firstMs.get(pictures ?? -1) ?? 0);
  } catch {
    return 0;
  } finally {
    reader.close();
  }
}

/** Null where it fails: what cannot be decoded is silent. */
function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function samplesIn(ms: number): number {
  return Math.round((ms * FILM_SAMPLE_RATE_HZ) / 1000);
}

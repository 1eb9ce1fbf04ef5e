import { type FilmFrame, FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { PcmQueue } from '@visavis/media/visemes';
import { SPEECH_CONTAINERS } from '../read-speech.ts';
import { FILM_SAMPLE_RATE_HZ, filmSoundFilter, type SoundChannels, samplesOf } from './speech-sound.ts';

/** Where the clip begins anew its sound fades out and in, against clicks. */
const FADE_SAMPLES = FILM_SAMPLE_RATE_HZ / 100;

/** How many channels of a clip's sound a film keeps: both of two, and of more, which are mixed into two. */
export async function channelsOfClip(path: string): Promise<SoundChannels> {
  const reader = openSound(await FilmReader.prepare(), path);
  const channels = attempt(() => reader?.sound()?.channelCount) ?? 1;
  reader?.close();
  return channels > 1 ? 2 : 1;
}

/**
 * The sound of a clip from its first picture on: PCM16, a sample of each channel in turn, decoded as it is needed. Silence where the clip has none, where it cannot
 * be decoded, and after its end.
 */
export class ClipSound {
  readonly channels: SoundChannels;
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
  static async open(
    path: string,
    { periodMs, channels = 1 }: { readonly periodMs?: number | undefined; readonly channels?: SoundChannels } = {},
  ): Promise<ClipSound> {
    const prepared = await FilmReader.prepare();
    const open = (): FilmReader | null => openSound(prepared, path);
    const period = periodMs === undefined ? Number.POSITIVE_INFINITY : samplesIn(periodMs);
    return new ClipSound(channels, open, samplesIn(leadMs(open)), period);
  }

  private constructor(channels: SoundChannels, open: () => FilmReader | null, lead: number, period: number) {
    this.channels = channels;
    this.#open = open;
    this.#lead = lead;
    this.#period = period;
    this.#begin();
  }

  /** The next samples, so many of each channel. */
  take(count: number): Int16Array {
    const pcm = new Int16Array(this.channels * count);
    for (let taken = 0; taken < count; ) {
      if (this.#at >= this.#period) {
        this.close();
        this.#isAnew = true;
        this.#begin();
      }
      const length = Math.min(count - taken, this.#period - this.#at);
      const part = pcm.subarray(this.channels * taken, this.channels * (taken + length));
      this.#fill(part);
      this.#fade(part);
      taken += length;
      this.#at += length;
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
    // Gaps in the sound, by its own times, are filled.
    this.#pieces = this.#reader?.frames(`aresample=async=1,${filmSoundFilter(this.channels)}`) ?? null;
    this.#isOver = this.#reader === null;
    this.#waiting = new PcmQueue();
    this.#waiting.push(new Int16Array(this.channels * Math.max(0, this.#lead)));
    this.#skip = this.channels * Math.max(0, -this.#lead);
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
      const at = this.#at + Math.floor(i / this.channels);
      const near = Math.min(this.#isAnew ? at : FADE_SAMPLES, this.#period - 1 - at);
      if (near < FADE_SAMPLES) part[i] = Math.round(((part[i] ?? 0) * near) / FADE_SAMPLES);
    }
  }
}

/** Null where the file has no sound. */
function openSound(prepared: Awaited<ReturnType<typeof FilmReader.prepare>>, path: string): FilmReader | null {
  const reader = attempt(() => prepared(fileOnDisk(path, 'read'), SPEECH_CONTAINERS));
  if (reader === null || reader.sound() !== null) return reader;
  reader.close();
  return null;
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

import { type Picture, pictureByteLength } from '@visavis/media/core';
import { type FilmClip, readFilmPictures } from './film-clip.ts';
import type { KeptPictures } from './kept-pictures.ts';

/** Memory for pictures on the way back. */
const MOST_KEPT_BYTES = 160 * 1024 ** 2;
const LEAST_KEPT = 8;

/** How many pictures of a clip are kept in memory for the way back. */
export function mostKeptPictures({ widthPx, heightPx }: FilmClip): number {
  return Math.max(LEAST_KEPT, Math.floor(MOST_KEPT_BYTES / pictureByteLength(widthPx, heightPx)));
}

type SourceOptions = {
  /** The first pictures, so many, are kept for good. */
  readonly pinnedCount: number;
  /** Whether it goes back: then the last `mostKeptPictures` are kept. */
  readonly goesBack: boolean;
  /** Whether each picture is asked for once, in order: then none is kept, nor copied. */
  readonly isStraight?: boolean;
  /** Pictures that were decoded before: they are not decoded again. */
  readonly decoded?: KeptPictures | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Any picture of a clip. Files are decoded forwards only: going on is cheap, and so is going back to what is kept; further back it
 * begins anew, and then keeps the pictures before the one asked for.
 */
export class SourcePictures {
  readonly #clip: FilmClip;
  readonly #options: SourceOptions;
  readonly #byteLength: number;
  readonly #mostKept: number;
  readonly #kept = new Map<number, Picture>();
  readonly #pinned = new Map<number, Picture>();
  /** Memory that is written on again. */
  readonly #free: Uint8Array[] = [];
  #pictures: AsyncGenerator<Picture, undefined> | null = null;
  /** Where a picture that is not kept is decoded to. */
  #into: Uint8Array | null = null;
  /** Of the picture that comes next. */
  #next = 0;
  #current: { index: number; picture: Picture } | null = null;

  constructor(clip: FilmClip, options: SourceOptions) {
    this.#clip = clip;
    this.#options = options;
    this.#byteLength = pictureByteLength(clip.widthPx, clip.heightPx);
    this.#mostKept = options.goesBack ? mostKeptPictures(clip) : 1;
  }

  /** A copy in `into`, which the caller may write on; of the last one where the clip is over. */
  async at(index: number, into: Uint8Array): Promise<Picture> {
    const { widthPx, heightPx } = this.#clip;
    if (this.#options.decoded?.show(index, into)) return { width: widthPx, height: heightPx, data: into };
    const known = this.#pinned.get(index) ?? this.#kept.get(index);
    if (this.#options.isStraight === true) this.#into = into;
    if (known === undefined) await this.#readUntil(index);
    const { width, height, data } = known ?? this.#last();
    if (data.buffer !== into.buffer) into.set(data);
    return { width, height, data: into };
  }

  async close(): Promise<void> {
    this.#kept.clear();
    this.#current = null;
    await this.#pictures?.return(undefined);
    this.#pictures = null;
  }

  #last(): Picture {
    if (this.#current === null) throw new Error('This clip has no pictures.');
    return this.#current.picture;
  }

  async #readUntil(index: number): Promise<void> {
    if (index < this.#next) {
      await this.close();
      this.#next = 0;
    }
    const store = (): Uint8Array => this.#into ?? this.#free.pop() ?? new Uint8Array(this.#byteLength);
    this.#pictures ??= readFilmPictures(this.#clip, { signal: this.#options.signal, store });
    while (this.#next <= index) {
      const { value, done } = await this.#pictures.next();
      if (done === true || value === undefined) return;
      this.#keep(value);
    }
  }

  #keep(picture: Picture): void {
    const index = this.#next;
    this.#next += 1;
    this.#current = { index, picture };
    if (this.#options.isStraight === true) return;
    if (index < this.#options.pinnedCount) {
      this.#pinned.set(index, picture);
      return;
    }
    this.#kept.set(index, picture);
    const old = index - this.#mostKept;
    const given = this.#kept.get(old);
    if (given === undefined) return;
    this.#kept.delete(old);
    this.#free.push(given.data);
  }
}

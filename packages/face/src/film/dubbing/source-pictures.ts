import type { Picture } from '@visavis/media/core';
import { type FilmClip, readFilmPictures } from './film-clip.ts';

/** Memory for pictures on the way back. */
const MOST_KEPT_BYTES = 192 * 1024 ** 2;
const LEAST_KEPT = 8;

/**
 * Any picture of a clip. Files are decoded forwards only: going on is cheap, going back begins anew, and keeps the pictures before the
 * one asked for, so that a way backwards costs a new beginning for a bounded number of pictures and not for each.
 */
export class SourcePictures {
  readonly #clip: FilmClip;
  readonly #signal: AbortSignal | undefined;
  readonly #mostKept: number;
  readonly #kept = new Map<number, Picture>();
  readonly #pinned = new Map<number, Picture>();
  readonly #pinnedCount: number;
  #pictures: AsyncGenerator<Picture, undefined> | null = null;
  /** Of the picture that comes next. */
  #next = 0;
  #current: { index: number; picture: Picture } | null = null;

  /** The first `pinnedCount` pictures are kept for good. */
  constructor(clip: FilmClip, pinnedCount: number, signal?: AbortSignal) {
    this.#clip = clip;
    this.#pinnedCount = pinnedCount;
    this.#signal = signal;
    const byteLength = (clip.widthPx * clip.heightPx * 3) / 2;
    this.#mostKept = Math.max(LEAST_KEPT, Math.floor(MOST_KEPT_BYTES / byteLength));
  }

  /** A copy that the caller may write on; of the last one where the clip is over. */
  async at(index: number): Promise<Picture> {
    const known =
      this.#current?.index === index ? this.#current.picture : (this.#pinned.get(index) ?? this.#kept.get(index));
    if (known !== undefined) return copyOf(known);
    const goesBack = index < this.#next;
    if (goesBack) await this.#restart();
    else this.#kept.clear();
    const keepFrom = goesBack ? index - this.#mostKept + 1 : index;
    await this.#readUntil(index, keepFrom);
    if (this.#current === null) throw new Error('This clip has no pictures.');
    return copyOf(this.#current.picture);
  }

  async close(): Promise<void> {
    this.#kept.clear();
    this.#current = null;
    await this.#pictures?.return(undefined);
    this.#pictures = null;
  }

  async #restart(): Promise<void> {
    await this.close();
    this.#next = 0;
  }

  async #readUntil(index: number, keepFrom: number): Promise<void> {
    this.#pictures ??= readFilmPictures(this.#clip, this.#signal);
    while (this.#next <= index) {
      const { value, done } = await this.#pictures.next();
      if (done === true || value === undefined) return;
      this.#current = { index: this.#next, picture: value };
      if (this.#next < this.#pinnedCount) this.#pinned.set(this.#next, value);
      if (this.#next >= keepFrom && keepFrom < index) this.#kept.set(this.#next, value);
      this.#next += 1;
    }
  }
}

/** `slice` would not do: that of a `Buffer`, which decoded pictures are, is a view of the same memory. */
function copyOf({ width, height, data }: Picture): Picture {
  return { width, height, data: new Uint8Array(data) };
}

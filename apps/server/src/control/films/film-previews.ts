import type { BlobStore } from '../../files/blob-store.ts';
import type { ControlLogger } from '../logger.ts';
import type { ClaimedFilm, FilmJobs } from './film-jobs.ts';

type FilmPreviewOptions = {
  readonly jobs: Pick<FilmJobs, 'showPreview'>;
  readonly blobs: BlobStore;
  readonly logger: ControlLogger;
};

/**
 * The picture of an attempt that was drawn last, in the store while the attempt goes on. Only for looks: what fails is left out, and
 * what is left behind goes with the next sweep.
 */
export class FilmPreviews {
  readonly #options: FilmPreviewOptions;
  readonly #film: ClaimedFilm;
  #shown: string | null = null;
  #work: Promise<void> | null = null;
  #isOver = false;

  constructor(options: FilmPreviewOptions, film: ClaimedFilm) {
    this.#options = options;
    this.#film = film;
  }

  /** While one is on its way, the next is dropped. */
  show(jpeg: Buffer): void {
    if (this.#isOver || this.#work !== null) return;
    this.#work = this.#replace(jpeg)
      .catch((error: unknown) => {
        const { filmId } = this.#film;
        this.#options.logger.debug({ filmId, error: String(error) }, 'A preview of a film was left out');
      })
      .finally(() => {
        this.#work = null;
      });
  }

  /** Nothing is shown any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#work;
    await this.#delete(this.#shown);
  }

  async #replace(jpeg: Buffer): Promise<void> {
    const { blobs, jobs } = this.#options;
    const { sha256 } = await blobs.put(this.#owner, inOnePart(jpeg), { maxBytes: jpeg.length });
    const before = this.#shown;
    this.#shown = sha256;
    await jobs.showPreview(this.#film, sha256);
    if (before !== sha256) await this.#delete(before);
  }

  async #delete(sha256: string | null): Promise<void> {
    if (sha256 !== null) await this.#options.blobs.delete({ ...this.#owner, sha256 }).catch(() => {});
  }

  get #owner() {
    return { area: 'films', owner: this.#film.filmId } as const;
  }
}

export async function* inOnePart(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

import { join } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import { saveFile } from '../../files/save-file.ts';
import type { ClaimedFilm } from './film-jobs.ts';
import { FilmProblemError, problemError } from './film-problem.ts';
import type { FilmTask, FilmWorkshopOptions } from './film-workshop.ts';

/** A voice that does not answer is asked so often for a film by one server, after growing pauses; for so many films that is known. */
const MOST_SPEAKING_ATTEMPTS = 6;
const MOST_UNSPOKEN = 1000;
/** The key of no file. */
const NO_FILE = '0'.repeat(64);

type Words = Extract<FilmTask['sound'], { kind: 'text' }>;
type Attempt = { readonly film: ClaimedFilm; readonly workFolder: string; readonly progress: { step: string } };

/** Sounds of films that lie in the store while their films are made: what came with the order, and what was spoken elsewhere. */
export class FilmSounds {
  readonly #options: Pick<FilmWorkshopOptions, 'jobs' | 'blobs' | 'hostedSpeaker' | 'logger'>;
  /** How often the voice did not answer, by film. */
  readonly #unspoken = new Map<string, number>();

  constructor(options: Pick<FilmWorkshopOptions, 'jobs' | 'blobs' | 'hostedSpeaker' | 'logger'>) {
    this.#options = options;
  }

  /** What came with the order. */
  async given(film: ClaimedFilm, workFolder: string, signal: AbortSignal): Promise<string> {
    const path = film.soundFile === null ? null : await this.#stored(film, workFolder, signal);
    if (path === null) throw problemError('sound-lost');
    return path;
  }

  /** A text of a voice that is elsewhere is spoken here and now, once for all attempts; one of this machine's, where the film is made. */
  async spoken(words: Words, { film, workFolder, progress }: Attempt, signal: AbortSignal): Promise<FilmTask['sound']> {
    const { hostedSpeaker } = this.#options;
    if (hostedSpeaker?.speaks(words.voice) !== true) return words;
    // Asked before anything is paid for: a store that is away could not keep it for the attempts that will follow.
    const before = await this.#stored(film, workFolder, signal);
    if (before !== null) return { kind: 'file', path: before };
    progress.step = 'speaking the text';
    const path = join(workFolder, 'spoken.wav');
    try {
      await hostedSpeaker.speak(words, path, signal);
    } catch (error) {
      if (error instanceof FilmProblemError || signal.aborted || this.#countUnspoken(film) < MOST_SPEAKING_ATTEMPTS)
        throw error;
      this.#unspoken.delete(film.filmId);
      throw problemError('voice-away');
    }
    this.#unspoken.delete(film.filmId);
    await this.#keep(film, path, signal);
    return { kind: 'file', path };
  }

  /** Attempts that a store or a database has ended are none of the voice's. */
  #countUnspoken({ filmId }: ClaimedFilm): number {
    const count = (this.#unspoken.get(filmId) ?? 0) + 1;
    // As the last one: the first is that of which nothing was heard for longest.
    this.#unspoken.delete(filmId);
    this.#unspoken.set(filmId, count);
    const [oldest] = this.#unspoken.keys();
    if (this.#unspoken.size > MOST_UNSPOKEN && oldest !== undefined) this.#unspoken.delete(oldest);
    return count;
  }

  /** For attempts that may follow; this one goes on without. */
  async #keep(film: ClaimedFilm, path: string, signal: AbortSignal): Promise<void> {
    const { jobs, blobs, logger } = this.#options;
    const { filmId, attempt } = film;
    try {
      await jobs.keepSound(film, await blobs.putFile({ area: 'films', owner: filmId }, path, { signal }));
    } catch (error) {
      logger.warn({ filmId, attempt, error: errorMessage(error) }, 'What was spoken for a film could not be kept');
    }
  }

  /** Null: there is none. */
  async #stored({ filmId, soundFile }: ClaimedFilm, workFolder: string, signal: AbortSignal): Promise<string | null> {
    const key = { area: 'films', owner: filmId, sha256: soundFile ?? NO_FILE } as const;
    const found = await this.#options.blobs.find(key, { signal });
    if (found === null) return null;
    const path = join(workFolder, 'given.sound');
    await saveFile(found, path, signal);
    return path;
  }
}

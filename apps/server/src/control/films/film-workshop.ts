import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilmStep } from '@visavis/protocol';
import type { FilmSettings } from '@visavis/protocol/rest';
import { errorMessage } from '../../error-message.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { isAbandoned, workFolderName } from '../../files/work-folders.ts';
import { Attempts } from '../attempts.ts';
import type { AvatarCatalogue } from '../avatars/avatar-catalogue.ts';
import type { AvatarBundles } from '../avatars/bundles/avatar-bundles.ts';
import type { DiskWatch } from '../disk/disk-watch.ts';
import type { ControlLogger } from '../logger.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import { isOlderThan } from '../older-than.ts';
import { type PersistOptions, persist } from '../persist.ts';
import { formatOf } from './film-format.ts';
import type { ClaimedFilm, FilmJobs, FilmRefusal, FilmResult } from './film-jobs.ts';
import { ASIDE_AFTER_MS, FILM_LIMIT_MS, KEEPING_LIMIT_MS, PLACE_LIMIT_MS } from './film-limits.ts';
import { FilmPreviews } from './film-previews.ts';
import { FilmProblemError, problem, problemError } from './film-problem.ts';
import { FilmSounds } from './film-sounds.ts';
import { copyUpload, type FindUpload, fetchSource, type Source } from './source-files.ts';

/** What a film is made of, as files of this machine. */
export type FilmTask = {
  readonly picture: { readonly kind: 'video' | 'image' | 'bundle'; readonly path: string };
  readonly sound:
    | { readonly kind: 'none' }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string; readonly voice: string; readonly language: string };
  readonly options: FilmSettings;
  /** For files that are needed meanwhile. */
  readonly workFolder: string;
  /** For rendered faces, which stay. */
  readonly cacheFolder: string;
  /** Appears when complete. */
  readonly outPath: string;
};

export type FilmOutcome =
  | ({ readonly kind: 'made' } & Omit<FilmResult, 'sha256' | 'bytes'>)
  /** What was given cannot be used; the message tells why. */
  | ({ readonly kind: 'refused' } & FilmRefusal)
  /** Something broke; another attempt may succeed. */
  | { readonly kind: 'broke'; readonly detail: string };

/** Makes a film in a process of its own. When `signal` aborts, the process ends and the promise resolves as `broke`. */
export type FilmRunner = (
  task: FilmTask,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (share: number, step: FilmStep) => void;
    /** Called when the length of the film is known, before work on it, and again when it turns out another. */
    readonly onLength: (durationMs: number) => void;
    /** Called every few seconds with the picture that was drawn last, as a small JPEG. */
    readonly onPreview: (jpeg: Buffer) => void;
  },
) => Promise<FilmOutcome>;

/** A voice that is elsewhere. */
export type HostedSpeaker = {
  /** The voice by this name is one of its own. */
  speaks(voice: string): boolean;
  /**
   * Writes what is said to a new sound file. Throws `FilmProblemError` where another attempt would find the same; other errors may pass.
   */
  speak(
    words: Omit<Extract<FilmTask['sound'], { kind: 'text' }>, 'kind'>,
    path: string,
    signal: AbortSignal,
  ): Promise<void>;
};

/** A place for heavy work on this machine. */
export type MakingPlace = {
  leave(): void;
  /** False: `signal` has aborted before there was one. */
  take(signal: AbortSignal): Promise<boolean>;
};

export type FilmWorkshopOptions = {
  readonly jobs: FilmJobs;
  readonly catalogue: Pick<AvatarCatalogue, 'get'>;
  readonly blobs: BlobStore;
  /** Where films grow, each in a folder that goes with its attempt. */
  readonly folder: string;
  readonly cacheFolder: string;
  readonly fetch: GuardedFetch;
  /** Files that were sent to links of this server. Left out: there are none. */
  readonly findUpload?: FindUpload;
  /** Left out: bundles of avatars lie on this machine. */
  readonly openBundle?: AvatarBundles['open'];
  readonly run: FilmRunner;
  /** Left out: all texts are spoken on this machine. */
  readonly hostedSpeaker?: HostedSpeaker | undefined;
  readonly disk: Pick<DiskWatch, 'isLow'>;
  readonly logger: ControlLogger;
  readonly asideAfterMs?: number;
};

type Progress = { share: number; step: FilmStep };

const RETRY_AFTER_MS = 2_000;
const MAX_DELAY_MS = 10 * 60_000;
/** Attempts that a store or a database that was away has ended do not count, up to so many: nothing is tried for ever. */
const MAX_HINDERED_ATTEMPTS = 200;
/** Films whose files come in slowly, beside those that have a place. */
const MOST_ASIDE = 16;
const ALWAYS: MakingPlace = { leave() {}, take: async () => true };
/** What a process left that was killed on another machine: no attempt takes so long. */
const LEFT_HOURS = 1 + FILM_LIMIT_MS / 3_600_000;

/** Not the film's fault: the store or the database does not answer, or is overloaded. */
type Hindered = { readonly kind: 'hindered'; readonly detail: string };
type Made = Extract<FilmOutcome, { kind: 'made' }>;
type Bench = {
  readonly film: ClaimedFilm;
  readonly workFolder: string;
  readonly progress: Progress;
  readonly place: MakingPlace;
};

/** Makes films; the rows of `FilmJobs` are the truth. */
export class FilmWorkshop {
  readonly #options: FilmWorkshopOptions;
  readonly #jobs: FilmJobs;
  readonly #sounds: FilmSounds;
  readonly #attempts = new Attempts();
  #aside = 0;

  constructor(options: FilmWorkshopOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
    this.#sounds = new FilmSounds(options);
  }

  /** A full disk is no fault of the film: its attempts wait for room. */
  get hasRoom(): boolean {
    return !this.#options.disk.isLow();
  }

  /** Ends what is made of this film here; its row says already that it counts no more. */
  stop(filmId: string): void {
    this.#attempts.stop(filmId);
  }

  /**
   * Makes the next attempt of a turn, which holds `place`. When `signal` aborts, it ends, and does not count.
   */
  async makeNext(turn: string, signal: AbortSignal, place: MakingPlace = ALWAYS): Promise<void> {
    const film = await this.#jobs.claim(turn);
    if (film === null) return;
    if (film.attemptsLeft < 0) await this.#jobs.fail(film, problem('broke-off'));
    else await this.#attempt(film, signal, place);
  }

  /** Removes what attempts left that were killed with their process. */
  async sweep(): Promise<void> {
    const { folder } = this.#options;
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (isAbandoned(name) || (await isOlderThan(path, LEFT_HOURS))) await rm(path, { recursive: true, force: true });
    }
  }

  async #attempt(film: ClaimedFilm, signal: AbortSignal, place: MakingPlace): Promise<void> {
    const progress: Progress = { share: 0, step: 'starting' };
    const workFolder = join(this.#options.folder, workFolderName());
    try {
      await this.#attempts.run({
        id: film.filmId,
        signal,
        report: () => this.#jobs.report(film, progress.share, progress.step),
        work: async (stop) => {
          await mkdir(workFolder, { recursive: true, mode: 0o700 });
          const bench = { film, workFolder, progress, place };
          const outcome = await this.#make(bench, stop);
          if (outcome.kind === 'made') await this.#keep(bench, outcome, stop);
          else await this.#settle(film, outcome, stop);
        },
      });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }

  async #make(bench: Bench, signal: AbortSignal): Promise<FilmOutcome | Hindered> {
    const { film, workFolder, progress } = bench;
    let task: FilmTask;
    try {
      // Who ordered it may have spent what he had since.
      const refusal = await this.#jobs.afford(film, 0);
      if (refusal !== null) return { kind: 'refused', ...refusal };
      task = await this.#besides(this.#taskOf(film, workFolder, progress, signal), bench, signal);
      const { picture } = film.request;
      // It may have waited for longer than faces are kept on this machine that nobody opens.
      if (picture.kind === 'avatar') {
        task = { ...task, picture: await this.#bundleOf(film.projectId, picture.avatarId) };
      }
    } catch (error) {
      if (error instanceof FilmProblemError) return { kind: 'refused', ...error.refusal };
      return { kind: 'hindered', detail: errorMessage(error) };
    }
    return this.#draw(film, task, progress, signal);
  }

  /** What takes long to fetch leaves its place to others, who are made meanwhile, and takes one again. */
  async #besides<Result>(fetching: Promise<Result>, { progress, place }: Bench, signal: AbortSignal): Promise<Result> {
    let isAside = false;
    const timer = setTimeout(() => {
      if (this.#aside >= MOST_ASIDE) return;
      isAside = true;
      this.#aside += 1;
      place.leave();
    }, this.#options.asideAfterMs ?? ASIDE_AFTER_MS);
    const result = await fetching.finally(() => {
      clearTimeout(timer);
      if (isAside) this.#aside -= 1;
    });
    if (!isAside) return result;
    progress.step = 'starting';
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PLACE_LIMIT_MS)]);
    if (await place.take(limit)) return result;
    throw new Error('No place on this machine became free for it.');
  }

  /** What the balance does not bear is stopped as soon as the film's length is known. */
  async #draw(film: ClaimedFilm, task: FilmTask, progress: Progress, signal: AbortSignal): Promise<FilmOutcome> {
    const stop = new AbortController();
    let asking: Promise<FilmRefusal | null> = Promise.resolve(null);
    const ask = async (durationMs: number): Promise<FilmRefusal | null> => {
      const refusal = await persist(() => this.#jobs.afford(film, durationMs), this.#trying(film, signal));
      if (refusal !== null) stop.abort();
      return refusal;
    };
    const previews = new FilmPreviews(this.#options, film);
    const outcome = await this.#options.run(task, {
      signal: AbortSignal.any([signal, stop.signal]),
      onProgress: (share, step) => Object.assign(progress, { share, step }),
      onLength: (durationMs) => {
        // It cannot be asked once the attempt counts no more.
        asking = ask(durationMs).catch(() => null);
      },
      onPreview: (jpeg) => previews.show(jpeg),
    });
    await previews.end();
    const refusal = await asking;
    return refusal === null ? outcome : { kind: 'refused', ...refusal };
  }

  /** Hands a film that is made over to store and database, and waits for them while its attempt counts. */
  async #keep({ film, workFolder }: Bench, made: Made, signal: AbortSignal): Promise<void> {
    const { logger, blobs } = this.#options;
    const { filmId, attempt, soundFile } = film;
    const { durationMs, widthPx, heightPx } = made;
    const path = outPathIn(workFolder, film);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(KEEPING_LIMIT_MS)]);
    const owner = { area: 'films', owner: filmId } as const;
    let isDone: boolean;
    try {
      const { size: bytes } = await stat(path);
      const { sha256 } = await persist(() => blobs.putFile(owner, path, { signal: limit }), this.#trying(film, limit));
      const result = { sha256, bytes, durationMs, widthPx, heightPx };
      isDone = await persist(() => this.#jobs.succeed(film, result), this.#trying(film, limit));
    } catch (error) {
      await this.#settle(film, { kind: 'hindered', detail: errorMessage(error) }, signal);
      return;
    }
    // What was stored under an attempt that counts no more goes with the next sweep: another one may have stored the same.
    if (!isDone) return;
    logger.info({ filmId, attempt }, 'A film was made');
    // What the store cannot delete now goes with the next sweep.
    if (soundFile !== null) await blobs.delete({ ...owner, sha256: soundFile }, { signal }).catch(() => {});
  }

  #trying({ filmId, attempt }: ClaimedFilm, signal: AbortSignal): PersistOptions {
    const onFault = (error: unknown): void =>
      this.#options.logger.warn({ filmId, attempt, error: errorMessage(error) }, 'A film waits to be written down');
    return { signal, onFault };
  }

  async #taskOf(film: ClaimedFilm, workFolder: string, progress: Progress, signal: AbortSignal): Promise<FilmTask> {
    const { cacheFolder, fetch, findUpload = async () => null } = this.#options;
    progress.step = 'fetching the files';
    const fetched = async (source: Source): Promise<string> => {
      const { projectId } = film;
      const own = await copyUpload(source, { folder: workFolder, find: findUpload, projectId, signal });
      return own ?? fetchSource(source, { folder: workFolder, fetch, signal });
    };
    const { picture, sound, options } = film.request;
    return {
      picture:
        picture.kind === 'avatar'
          ? await this.#bundleOf(film.projectId, picture.avatarId)
          : { kind: picture.kind, path: await fetched(picture) },
      sound:
        sound.kind === 'none'
          ? sound
          : sound.kind === 'text'
            ? await this.#sounds.spoken(sound, { film, workFolder, progress }, signal)
            : {
                kind: 'file',
                path:
                  sound.kind === 'url'
                    ? await fetched({ kind: 'audio', url: sound.url })
                    : await this.#sounds.given(film, workFolder, signal),
              },
      options,
      workFolder,
      cacheFolder,
      outPath: outPathIn(workFolder, film),
    };
  }

  async #bundleOf(projectId: string, avatarId: string): Promise<FilmTask['picture']> {
    const avatar = await this.#options.catalogue.get(projectId, avatarId);
    if (avatar === null || avatar.state !== 'ready') throw problemError('no-avatar');
    const { openBundle } = this.#options;
    const bundle = await (openBundle?.(avatar) ?? ({ kind: 'open', path: avatar.bundlePath } as const));
    if (bundle.kind === 'away') throw new BlobStoreError('the bundle of the avatar cannot be fetched');
    if (bundle.kind !== 'open' || !existsSync(bundle.path)) throw problemError('no-avatar');
    return { kind: 'bundle', path: bundle.path };
  }

  async #settle(film: ClaimedFilm, outcome: Exclude<FilmOutcome, Made> | Hindered, signal: AbortSignal): Promise<void> {
    // Closing: the next start goes on. Cancelled: the row says so, and nothing is written.
    if (signal.aborted && outcome.kind !== 'refused') await this.#jobs.putBack(film, 0, false);
    else await persist(() => this.#writeEnd(film, outcome), this.#trying(film, signal));
  }

  async #writeEnd(film: ClaimedFilm, outcome: Exclude<FilmOutcome, Made> | Hindered): Promise<void> {
    const { logger } = this.#options;
    const { filmId, attempt, attemptsLeft } = film;
    if (outcome.kind === 'refused') {
      logger.info({ filmId, code: outcome.code }, 'A film cannot be made of what was given');
      await this.#jobs.fail(film, outcome);
      return;
    }
    const { kind, detail } = outcome;
    if (kind === 'hindered' && attempt < MAX_HINDERED_ATTEMPTS) {
      logger.warn({ filmId, attempt, detail }, 'A film cannot be made now; tried again later, which does not count');
      await this.#jobs.putBack(film, Math.min(MAX_DELAY_MS, RETRY_AFTER_MS * 2 ** Math.min(attempt - 1, 20)), false);
    } else if (attemptsLeft > 0) {
      logger.warn({ filmId, attempt, detail }, 'The making of a film broke off; tried again');
      await this.#jobs.putBack(film, RETRY_AFTER_MS, true);
    } else {
      logger.warn({ filmId, attempt, detail }, 'The making of a film was given up');
      await this.#jobs.fail(film, problem('broke-off'));
    }
  }
}

function outPathIn(workFolder: string, { request }: ClaimedFilm): string {
  return join(workFolder, `film.${formatOf(request)}`);
}

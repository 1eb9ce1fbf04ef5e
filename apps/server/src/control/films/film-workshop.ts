import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FilmStep } from '@visavis/protocol';
import type { FilmSettings } from '../../db/film-schema.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { Attempts } from '../attempts.ts';
import type { AvatarCatalogue } from '../avatars/avatar-catalogue.ts';
import { isOlderThan } from '../avatars/making/uploads.ts';
import type { DiskWatch } from '../disk/disk-watch.ts';
import type { ControlLogger } from '../logger.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import type { ClaimedFilm, FilmJobs, FilmRefusal, FilmResult } from './film-jobs.ts';
import { FilmProblemError, problem, problemError } from './film-problem.ts';
import { copyUpload, type FindUpload, fetchSource, type Source } from './source-files.ts';

/** What a film is made of, as files of this machine. */
export type FilmTask = {
  readonly picture: { readonly kind: 'video' | 'image' | 'bundle'; readonly path: string };
  readonly sound:
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
  options: { readonly signal: AbortSignal; readonly onProgress: (share: number, step: FilmStep) => void },
) => Promise<FilmOutcome>;

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
  readonly run: FilmRunner;
  readonly disk: Pick<DiskWatch, 'isLow'>;
  readonly logger: ControlLogger;
};

type Progress = { share: number; step: FilmStep };

const RETRY_AFTER_MS = 2_000;
/** What a process that was killed left: no attempt takes so long. */
const LEFT_HOURS = 6;

/** Makes films; the rows of `FilmJobs` are the truth. */
export class FilmWorkshop {
  readonly #options: FilmWorkshopOptions;
  readonly #jobs: FilmJobs;
  readonly #attempts = new Attempts();

  constructor(options: FilmWorkshopOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
  }

  /** A full disk is no fault of the film: its attempts wait for room. */
  get hasRoom(): boolean {
    return !this.#options.disk.isLow();
  }

  /** Ends what is made of this film here; its row says already that it counts no more. */
  stop(filmId: string): void {
    this.#attempts.stop(filmId);
  }

  /** Makes the next attempt of a turn. When `signal` aborts, it ends, and does not count. */
  async makeNext(turn: string, signal: AbortSignal): Promise<void> {
    const film = await this.#jobs.claim(turn);
    if (film === null) return;
    if (film.attemptsLeft < 0) await this.#jobs.fail(film, problem('broke-off'));
    else await this.#attempt(film, signal);
  }

  /** Removes what attempts left that were killed with their process. */
  async sweep(): Promise<void> {
    const { folder } = this.#options;
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (await isOlderThan(path, LEFT_HOURS)) await rm(path, { recursive: true, force: true });
    }
  }

  async #attempt(film: ClaimedFilm, signal: AbortSignal): Promise<void> {
    const progress: Progress = { share: 0, step: 'starting' };
    const workFolder = join(this.#options.folder, randomUUID());
    try {
      await this.#attempts.run({
        id: film.filmId,
        signal,
        report: () => this.#jobs.report(film, progress.share, progress.step),
        work: async (stop) => {
          await mkdir(workFolder, { recursive: true, mode: 0o700 });
          await this.#settle(film, await this.#make({ film, workFolder, progress }, stop), stop);
        },
      });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }

  async #make(
    { film, workFolder, progress }: { film: ClaimedFilm; workFolder: string; progress: Progress },
    signal: AbortSignal,
  ): Promise<FilmOutcome | FilmResult> {
    const { blobs, run } = this.#options;
    try {
      const task = await this.#taskOf(film, workFolder, progress, signal);
      const outcome = await run(task, {
        signal,
        onProgress: (share, step) => Object.assign(progress, { share, step }),
      });
      if (outcome.kind !== 'made') return outcome;
      const { durationMs, widthPx, heightPx } = outcome;
      const { size: bytes } = await stat(task.outPath);
      const owner = { area: 'films', owner: film.filmId } as const;
      const { sha256 } = await blobs.putFile(owner, task.outPath, { signal });
      return { sha256, bytes, durationMs, widthPx, heightPx };
    } catch (error) {
      if (error instanceof FilmProblemError) return { kind: 'refused', ...error.refusal };
      return { kind: 'broke', detail: String(error) };
    }
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
          ? { kind: 'bundle', path: await this.#bundleOf(film.projectId, picture.avatarId) }
          : { kind: picture.kind, path: await fetched(picture) },
      sound:
        sound.kind === 'text'
          ? sound
          : {
              kind: 'file',
              path:
                sound.kind === 'url'
                  ? await fetched({ kind: 'audio', url: sound.url })
                  : await this.#soundOf(film, workFolder, signal),
            },
      ...{ options, workFolder, cacheFolder, outPath: join(workFolder, 'film.mp4') },
    };
  }

  async #bundleOf(projectId: string, avatarId: string): Promise<string> {
    const avatar = await this.#options.catalogue.get(projectId, avatarId);
    if (avatar === null || avatar.state !== 'ready' || !existsSync(avatar.bundlePath)) throw problemError('no-avatar');
    return avatar.bundlePath;
  }

  /** What came with the order, out of the store. */
  async #soundOf({ filmId, soundFile }: ClaimedFilm, workFolder: string, signal: AbortSignal): Promise<string> {
    const key = { area: 'films', owner: filmId, sha256: soundFile ?? '' } as const;
    const found = soundFile === null ? null : await this.#options.blobs.find(key, { signal });
    if (found === null) throw problemError('sound-lost');
    const path = join(workFolder, 'given.sound');
    await pipeline(found.read({ signal }), createWriteStream(path, { mode: 0o600 }));
    return path;
  }

  async #settle(film: ClaimedFilm, outcome: FilmOutcome | FilmResult, signal: AbortSignal): Promise<void> {
    const { logger, blobs } = this.#options;
    const { filmId, attempt, soundFile } = film;
    if (!('kind' in outcome)) {
      // What was stored under an attempt that counts no more goes with the next sweep: another one may have stored the same.
      if (!(await this.#jobs.succeed(film, outcome))) return;
      logger.info({ filmId, attempt }, 'A film was made');
      const key = { area: 'films', owner: filmId, sha256: soundFile ?? '' } as const;
      // What the store cannot delete now goes with the next sweep.
      if (soundFile !== null) await blobs.delete(key, { signal }).catch(() => {});
    } else if (outcome.kind === 'refused') {
      logger.info({ filmId, code: outcome.code }, 'A film cannot be made of what was given');
      await this.#jobs.fail(film, outcome);
    } else if (signal.aborted) {
      // Closing: the next start goes on. Cancelled: the row says so, and nothing is written.
      await this.#jobs.putBack(film, 0, false);
    } else if (film.attemptsLeft > 0) {
      logger.warn({ filmId, attempt, detail: detailOf(outcome) }, 'The making of a film broke off; tried again');
      await this.#jobs.putBack(film, RETRY_AFTER_MS, true);
    } else {
      logger.warn({ filmId, attempt, detail: detailOf(outcome) }, 'The making of a film was given up');
      await this.#jobs.fail(film, problem('broke-off'));
    }
  }
}

function detailOf(outcome: FilmOutcome): string {
  return outcome.kind === 'broke' ? outcome.detail : '';
}

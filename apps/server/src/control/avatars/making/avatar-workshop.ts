import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filled, MAKING_PROBLEMS, type MakingProblem, type MakingStep, type SentenceValues } from '@visavis/protocol';
import { ForbiddenAddressError } from '@visavis/protocol/address-guard';
import { errorMessage } from '../../../error-message.ts';
import { BlobStoreError } from '../../../files/blob-store.ts';
import { isAbandoned, workFolderName } from '../../../files/work-folders.ts';
import { Attempts } from '../../attempts.ts';
import { ControlError } from '../../control-error.ts';
import type { DiskWatch } from '../../disk/disk-watch.ts';
import { newPublicId } from '../../ids.ts';
import type { ControlLogger } from '../../logger.ts';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';
import { isOlderThan } from '../../older-than.ts';
import { type PersistOptions, persist } from '../../persist.ts';
import type { AvatarBundles } from '../bundles/avatar-bundles.ts';
import type { AvatarMaker, AvatarPicture } from '../own-avatars.ts';
import type { AvatarJobs, BundleFacts, ClaimedJob, Refusal } from './avatar-jobs.ts';
import { AVATAR_FETCH_LIMIT_MS, AVATAR_KEEPING_LIMIT_MS } from './avatar-limits.ts';
import type { AvatarSources } from './avatar-sources.ts';
import { IMPATIENT } from './pace.ts';
import { type ReceivedFile, receiveFile } from './receive-file.ts';

export type BundleTask = {
  readonly inputPath: string;
  /** Appears when complete. */
  readonly outDir: string;
  readonly id: string;
  readonly displayName: string;
};

export type BundleOutcome =
  | ({ readonly kind: 'made' } & BundleFacts)
  /** The picture or video cannot be used; the message tells its owner why. */
  | ({ readonly kind: 'refused' } & Refusal)
  /** Something broke; another attempt may succeed. */
  | { readonly kind: 'broke'; readonly detail: string };

/** Makes a bundle in a process of its own. When `signal` aborts, the process ends and the promise resolves as `broke`. */
export type BundleRunner = (
  task: BundleTask,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (share: number, step: MakingStep) => void;
    /** What is seen in the file, small: WebP. */
    readonly onPicture: (webp: Uint8Array) => void;
  },
) => Promise<BundleOutcome>;

export type WorkshopOptions = {
  readonly jobs: AvatarJobs;
  readonly sources: AvatarSources;
  readonly bundles: Pick<AvatarBundles, 'put' | 'adopt'>;
  /** Where files come in, and where bundles grow, each in a folder that goes with its attempt. */
  readonly folders: { readonly uploads: string; readonly work: string };
  readonly fetch: GuardedFetch;
  readonly run: BundleRunner;
  readonly disk: Pick<DiskWatch, 'isLow' | 'requireRoom'>;
  readonly logger: ControlLogger;
  /** Something of this turn is to be made. */
  readonly onQueued: (turn: string) => void;
};

type Progress = { share: number; step: MakingStep };

const RETRY_AFTER_MS = 2_000;
const MAX_DELAY_MS = 10 * 60_000;
/** Attempts that a store or a database that was away has ended do not count, up to so many: nothing is tried for ever. */
const MAX_HINDERED_ATTEMPTS = 200;
/** What a process left that was killed on another machine: no attempt takes so long. */
const LEFT_HOURS = 2;

/** Not the avatar's fault: the store or the database does not answer. */
type Hindered = { readonly kind: 'hindered'; readonly detail: string };
type Made = Extract<BundleOutcome, { kind: 'made' }>;
type Bench = { readonly job: ClaimedJob; readonly workFolder: string; readonly progress: Progress };

function failed(code: MakingProblem, values?: SentenceValues): Refusal {
  return { code, message: filled(MAKING_PROBLEMS[code], values ?? {}), values };
}

/** Makes avatars from pictures and videos; the rows of `AvatarJobs` are the truth. */
export class AvatarWorkshop implements AvatarMaker {
  readonly #options: WorkshopOptions;
  readonly #jobs: AvatarJobs;
  readonly #attempts = new Attempts();

  constructor(options: WorkshopOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
  }

  async start(job: { avatarId: string; projectId: string; picture: AvatarPicture }): Promise<void> {
    this.#options.disk.requireRoom();
    await this.#jobs.add(job.avatarId, job.projectId, job.picture);
    await this.#tellQueued(job.avatarId);
  }

  async again(avatarId: string, projectId: string, uploadId?: string): Promise<void> {
    this.#options.disk.requireRoom();
    if (uploadId === undefined) await this.#jobs.again(avatarId, projectId);
    else await this.#options.sources.remove(await this.#jobs.againFrom(avatarId, projectId, uploadId));
    await this.#tellQueued(avatarId);
  }

  sourcePicture(avatarId: string): Promise<Buffer | null> {
    return this.#jobs.picture(avatarId);
  }

  async cancel(avatarId: string): Promise<void> {
    const file = await this.#jobs.remove(avatarId);
    this.#attempts.stop(avatarId);
    await this.#options.sources.remove(file);
  }

  /** Removes what broken attempts left, and what failed ones were made from. */
  async sweep(): Promise<void> {
    const { folders, sources } = this.#options;
    await this.#jobs.failForgotten();
    for (const file of await this.#jobs.expireFailed()) await sources.remove(file);
    for (const name of await readdir(folders.work).catch(() => [])) {
      const path = join(folders.work, name);
      if (isAbandoned(name) || (await isOlderThan(path, LEFT_HOURS))) await rm(path, { recursive: true, force: true });
    }
  }

  /** A full disk is no fault of the avatar: its attempts wait for room. */
  get hasRoom(): boolean {
    return !this.#options.disk.isLow();
  }

  /** Makes the next attempt of a turn. When `signal` aborts, it ends, and does not count. */
  async makeNext(turn: string, signal: AbortSignal): Promise<void> {
    const job = await this.#jobs.claim(turn);
    if (job === null) return;
    if (job.attemptsLeft < 0) await this.#jobs.fail(job, failed('stopped'));
    else await this.#attempt(job, signal);
  }

  async #tellQueued(avatarId: string): Promise<void> {
    const turn = await this.#jobs.turnOf(avatarId);
    if (turn !== null) this.#options.onQueued(turn);
  }

  async #attempt(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const progress: Progress = { share: 0, step: 'starting' };
    const bench = { job, progress, workFolder: join(this.#options.folders.work, workFolderName()) };
    try {
      await this.#attempts.run({
        id: job.avatarId,
        signal,
        report: () => this.#jobs.report(job, progress.share, progress.step),
        work: async (stop) => {
          await mkdir(bench.workFolder, { recursive: true, mode: 0o700 });
          const outcome = await this.#tryToMake(bench, stop);
          if (outcome.kind === 'made') await this.#keep(bench, outcome, stop);
          else await this.#settle(job, outcome, stop);
        },
      });
    } finally {
      await rm(bench.workFolder, { recursive: true, force: true });
    }
  }

  async #tryToMake(bench: Bench, signal: AbortSignal): Promise<BundleOutcome | Hindered> {
    try {
      return await this.#make(bench, signal);
    } catch (error) {
      const { avatarId } = bench.job;
      const detail = errorMessage(error);
      this.#options.logger.warn({ avatarId, error: detail }, 'The making of an avatar failed');
      return { kind: error instanceof BlobStoreError ? 'hindered' : 'broke', detail };
    }
  }

  async #make({ job, workFolder, progress }: Bench, signal: AbortSignal): Promise<BundleOutcome> {
    const { sources, run } = this.#options;
    const source = job.file ?? (await this.#fetch(job, progress, signal));
    if (typeof source !== 'string') return { kind: 'refused', ...source };
    const inputPath = await sources.copyTo(workFolder, source, signal);
    if (inputPath === null) return { kind: 'refused', ...failed('file-lost') };
    const { bundleName: id, displayName } = job;
    const task = { inputPath, outDir: bundleIn(workFolder), id, displayName };
    return run(task, {
      signal,
      onProgress: (share, step) => Object.assign(progress, { share, step }),
      onPicture: (webp) => void this.#keepPicture(job, webp),
    });
  }

  /** Hands a bundle that is made over to store and database, and waits for them while its attempt counts. */
  async #keep({ job, workFolder }: Bench, made: Made, signal: AbortSignal): Promise<void> {
    const { logger, bundles, sources } = this.#options;
    const { avatarId, attempt } = job;
    const folder = bundleIn(workFolder);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(AVATAR_KEEPING_LIMIT_MS)]);
    const trying: PersistOptions = {
      signal: limit,
      onFault: (error) =>
        logger.warn({ avatarId, attempt, error: errorMessage(error) }, 'An avatar waits to be stored'),
    };
    const passes = (error: unknown): boolean => error instanceof BlobStoreError;
    const owner = newPublicId();
    let source: string | null;
    try {
      const put = await persist(() => bundles.put(folder, { ...made, owner }, limit), { ...trying, passes });
      source = await persist(() => this.#jobs.succeed(job, made, put), trying);
      // What was stored under an attempt that counts no more goes with a later sweep.
      if (source === null) return;
      await bundles.adopt(folder, put);
    } catch (error) {
      const kind = error instanceof BlobStoreError ? 'hindered' : 'broke';
      await this.#settle(job, { kind, detail: errorMessage(error) }, signal);
      return;
    }
    await sources.remove(source);
    logger.info({ avatarId, attempt }, 'An avatar was made');
  }

  /** Only for looks: without it the avatar is made all the same. */
  async #keepPicture(job: ClaimedJob, webp: Uint8Array): Promise<void> {
    try {
      await this.#jobs.keepPicture(job, webp);
    } catch (error) {
      this.#options.logger.warn({ avatarId: job.avatarId, error: String(error) }, 'A small picture was not kept');
    }
  }

  async #settle(job: ClaimedJob, outcome: Exclude<BundleOutcome, Made> | Hindered, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const { avatarId, attempt } = job;
    if (outcome.kind === 'refused') {
      logger.info({ avatarId, code: outcome.code }, 'An avatar cannot be made from its picture');
      await this.#jobs.fail(job, outcome);
    } else if (signal.aborted) {
      // Closing: the next start goes on. Deleted: the row is gone, and nothing is written.
      await this.#jobs.putBack(job, 0, false);
    } else if (outcome.kind === 'hindered' && attempt < MAX_HINDERED_ATTEMPTS) {
      const { detail } = outcome;
      logger.warn(
        { avatarId, attempt, detail },
        'An avatar cannot be made now; tried again later, which does not count',
      );
      await this.#jobs.putBack(job, Math.min(MAX_DELAY_MS, RETRY_AFTER_MS * 2 ** Math.min(attempt - 1, 20)), false);
    } else if (job.attemptsLeft > 0) {
      logger.warn({ avatarId, attempt, detail: outcome.detail }, 'The making of an avatar broke off; tried again');
      await this.#jobs.putBack(job, RETRY_AFTER_MS, true);
    } else {
      logger.warn({ avatarId, attempt, detail: outcome.detail }, 'The making of an avatar was given up');
      await this.#jobs.fail(job, failed('broke-off'));
    }
  }

  /** What the file is called from now on, or why the address gives none. */
  async #fetch(job: ClaimedJob, progress: Progress, signal: AbortSignal): Promise<string | Refusal> {
    progress.step = 'fetching the picture';
    const { folders, fetch, sources } = this.#options;
    await mkdir(folders.uploads, { recursive: true, mode: 0o700 });
    let received: ReceivedFile | null = null;
    try {
      const { status } = await fetch({
        url: job.url ?? '',
        method: 'GET',
        headers: { accept: 'image/*, video/*', 'user-agent': 'Visavis' },
        timeoutMs: AVATAR_FETCH_LIMIT_MS,
        maxBytes: 1024,
        maxRedirects: 3,
        signal,
        receive: async (body) => {
          received = await receiveFile(body, folders.uploads, { signal, pace: () => IMPATIENT });
        },
      });
      if (received === null) {
        return failed('address-answered', { status });
      }
    } catch (error) {
      if (signal.aborted) throw error;
      return describeFetchFailure(error);
    }
    const { file, sizeBytes } = received as ReceivedFile;
    const source = await sources.keep(file, signal).catch(async (error: unknown) => {
      // The next attempt fetches it again.
      await rm(join(folders.uploads, file), { force: true });
      throw error;
    });
    if (!(await this.#jobs.keepFile(job, source, sizeBytes))) {
      await sources.remove(source);
      throw new Error('The attempt counts no more.');
    }
    return source;
  }
}

function bundleIn(workFolder: string): string {
  return join(workFolder, 'bundle');
}

function describeFetchFailure(error: unknown): Refusal {
  if (error instanceof ControlError) {
    return { code: error.told?.reason ?? error.code, message: error.message, values: error.told?.values };
  }
  if (error instanceof ForbiddenAddressError) {
    return { ...failed('address-refused', { why: error.message }), values: { why: error.fault } };
  }
  // Resolver and socket errors name inner addresses, which are nobody's business.
  return failed('address-failed');
}

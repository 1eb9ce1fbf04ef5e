import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filled, MAKING_PROBLEMS, type MakingProblem, type MakingStep, type SentenceValues } from '@visavis/protocol';
import type { Database } from '../../../db/database.ts';
import { Attempts } from '../../attempts.ts';
import { ControlError } from '../../control-error.ts';
import type { DiskWatch } from '../../disk/disk-watch.ts';
import type { ControlLogger } from '../../logger.ts';
import { ForbiddenAddressError } from '../../net/address-guard.ts';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';
import type { AvatarMaker, AvatarPicture } from '../own-avatars.ts';
import type { AvatarJobs, BundleFacts, ClaimedJob, Refusal } from './avatar-jobs.ts';
import { IMPATIENT } from './pace.ts';
import { type ReceivedFile, receiveFile } from './receive-file.ts';
import { isOlderThan } from './uploads.ts';

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
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly jobs: AvatarJobs;
  readonly folders: { readonly uploads: string; readonly bundles: string };
  readonly fetch: GuardedFetch;
  readonly run: BundleRunner;
  readonly disk: Pick<DiskWatch, 'isLow' | 'requireRoom'>;
  readonly logger: ControlLogger;
  /** Something of this turn is to be made. */
  readonly onQueued: (turn: string) => void;
};

type Progress = { share: number; step: MakingStep };

const RETRY_AFTER_MS = 2_000;
const FETCH_TIME_LIMIT_MS = 60_000;
/** Names that bundles made here get, and the folders in which they grow. */
const BUNDLE_FOLDER = /^[0-9a-f]{32}(\.partial-\d+)?$/;

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
    else await this.#removeInput(await this.#jobs.againFrom(avatarId, projectId, uploadId));
    await this.#tellQueued(avatarId);
  }

  sourcePicture(avatarId: string): Promise<Buffer | null> {
    return this.#jobs.picture(avatarId);
  }

  async cancel(avatarId: string): Promise<void> {
    const file = await this.#jobs.remove(avatarId);
    this.#attempts.stop(avatarId);
    await this.#removeInput(file);
  }

  /** Removes bundles of deleted avatars, what broken attempts left, and what failed ones were made from. */
  async sweep(): Promise<void> {
    await this.#jobs.failForgotten();
    for (const file of await this.#jobs.expireFailed()) await this.#removeInput(file);
    const { bundles } = this.#options.folders;
    const used = await namesOfMadeBundles(this.#options.db);
    for (const name of await readdir(bundles).catch(() => [])) {
      const path = join(bundles, name);
      if (BUNDLE_FOLDER.test(name) && !used.has(name) && (await isOlderThan(path, 1))) {
        await rm(path, { recursive: true, force: true });
      }
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
    await this.#attempts.run({
      id: job.avatarId,
      signal,
      report: () => this.#jobs.report(job, progress.share, progress.step),
      work: async (stop) => {
        try {
          await this.#settle(job, await this.#make(job, progress, stop), stop);
        } catch (error) {
          const { avatarId } = job;
          this.#options.logger.warn({ avatarId, error: String(error) }, 'The making of an avatar failed');
          await this.#settle(job, { kind: 'broke', detail: String(error) }, stop);
        }
      },
    });
  }

  async #make(job: ClaimedJob, progress: Progress, signal: AbortSignal): Promise<BundleOutcome> {
    const { folders, run } = this.#options;
    const file = job.file ?? (await this.#fetch(job, progress, signal));
    if (typeof file !== 'string') return { kind: 'refused', ...file };
    const inputPath = join(folders.uploads, file);
    if (!existsSync(inputPath)) return { kind: 'refused', ...failed('file-lost') };
    await mkdir(folders.bundles, { recursive: true, mode: 0o700 });
    const task = {
      inputPath,
      outDir: join(folders.bundles, job.bundleName),
      id: job.bundleName,
      displayName: job.displayName,
    };
    const outcome = await run(task, {
      signal,
      onProgress: (share, step) => Object.assign(progress, { share, step }),
      onPicture: (webp) => void this.#keepPicture(job, webp),
    });
    // Who has lost the avatar to another leaves what that one writes alone.
    if (!signal.aborted) await this.#removePartial(job.bundleName);
    return outcome;
  }

  /** Only for looks: without it the avatar is made all the same. */
  async #keepPicture(job: ClaimedJob, webp: Uint8Array): Promise<void> {
    try {
      await this.#jobs.keepPicture(job, webp);
    } catch (error) {
      this.#options.logger.warn({ avatarId: job.avatarId, error: String(error) }, 'A small picture was not kept');
    }
  }

  async #settle(job: ClaimedJob, outcome: BundleOutcome, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const { avatarId, attempt } = job;
    if (outcome.kind === 'made') {
      const bytes = await sizeOfFolder(join(this.#options.folders.bundles, job.bundleName));
      const file = await this.#jobs.succeed(job, outcome, bytes);
      if (file === null) return;
      await this.#removeInput(file);
      logger.info({ avatarId, attempt }, 'An avatar was made');
    } else if (outcome.kind === 'refused') {
      logger.info({ avatarId, code: outcome.code }, 'An avatar cannot be made from its picture');
      await this.#jobs.fail(job, outcome);
    } else if (signal.aborted) {
      // Closing: the next start goes on. Deleted: the row is gone, and nothing is written.
      await this.#jobs.putBack(job, 0, false);
    } else if (job.attemptsLeft > 0) {
      logger.warn({ avatarId, attempt, detail: outcome.detail }, 'The making of an avatar broke off; tried again');
      await this.#jobs.putBack(job, RETRY_AFTER_MS, true);
    } else {
      logger.warn({ avatarId, attempt, detail: outcome.detail }, 'The making of an avatar was given up');
      await this.#jobs.fail(job, failed('broke-off'));
    }
  }

  /** The name of the file, or why the address gives none. */
  async #fetch(job: ClaimedJob, progress: Progress, signal: AbortSignal): Promise<string | Refusal> {
    progress.step = 'fetching the picture';
    const { folders, fetch } = this.#options;
    await mkdir(folders.uploads, { recursive: true, mode: 0o700 });
    let received: ReceivedFile | null = null;
    try {
      const { status } = await fetch({
        ...{ url: job.url ?? '', method: 'GET', headers: { accept: 'image/*, video/*', 'user-agent': 'Visavis' } },
        ...{ timeoutMs: FETCH_TIME_LIMIT_MS, maxBytes: 1024, maxRedirects: 3, signal },
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
    if (!(await this.#jobs.keepFile(job, file, sizeBytes))) {
      await this.#removeInput(file);
      throw new Error('The attempt counts no more.');
    }
    return file;
  }

  async #removeInput(file: string | null): Promise<void> {
    if (file !== null) await rm(join(this.#options.folders.uploads, file), { force: true });
  }

  /** What a process that was killed had written. */
  async #removePartial(bundleName: string): Promise<void> {
    const { bundles } = this.#options.folders;
    const names = await readdir(bundles).catch(() => []);
    const partial = names.filter((name) => name.startsWith(`${bundleName}.partial-`));
    await Promise.all(partial.map((name) => rm(join(bundles, name), { recursive: true, force: true })));
  }
}

/** Of the bundles that were made here, those that an avatar has; a copy has that of its original. */
export async function namesOfMadeBundles({ pool }: Pick<Database, 'pool'>): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct bundle_name as name from avatars where bundle_source = 'made'`,
  );
  return new Set(rows.map(({ name }) => name));
}

async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
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

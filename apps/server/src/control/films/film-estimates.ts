import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilmSyncMode } from '@visavis/protocol';
import { workFolderName } from '../../files/work-folders.ts';
import { ControlError, refusal } from '../control-error.ts';
import type { DiskWatch } from '../disk/disk-watch.ts';
import type { OnBound } from '../fairness/bounds.ts';
import { FairPlaces } from '../fairness/fair-places.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import { toPoints } from '../usage/points.ts';
import type { FilmJobs, FilmRefusal } from './film-jobs.ts';
import type { FilmOrder } from './film-order.ts';
import { FilmProblemError } from './film-problem.ts';
import { copyUpload, type FindUpload, fetchSource, type Source } from './source-files.ts';
import { speakingMs } from './speaking-time.ts';

export type FilmMeasure = {
  /** Null: how long the film is, its sound alone says. */
  readonly videoPath: string | null;
  /** Whether the film shows a clip, which may have more sound than a portrait. */
  readonly isClip: boolean;
  readonly sound: { readonly path: string } | { readonly durationMs: number };
  readonly syncMode: FilmSyncMode;
  readonly isWholeClip: boolean;
};

export type MeasureOutcome =
  | { readonly kind: 'measured'; readonly durationMs: number }
  | ({ readonly kind: 'refused' } & FilmRefusal)
  | { readonly kind: 'broke'; readonly detail: string };

/** Looks at files in a process of its own, which ends when `signal` aborts. */
export type FilmMeasurer = (measure: FilmMeasure, signal: AbortSignal) => Promise<MeasureOutcome>;

export type FilmEstimate = {
  readonly durationMs: number;
  readonly points: number;
  /** False: a text has yet to be spoken. */
  readonly isExact: boolean;
  /** Null: nothing is charged. */
  readonly pointsLeft: number | null;
};

export type FilmEstimatesOptions = {
  readonly jobs: Pick<FilmJobs, 'priceOf' | 'left'>;
  /** For files that are looked at, each in a folder that goes with its estimate. */
  readonly folder: string;
  readonly fetch: GuardedFetch;
  readonly findUpload: FindUpload;
  readonly measure: FilmMeasurer;
  readonly disk: Pick<DiskWatch, 'requireRoom'>;
  readonly onBound: OnBound;
};

/** Whoever asks waits for the answer: what takes longer, or is larger, is ordered without asking. */
const TIME_LIMIT_MS = 60_000;
const MAX_BYTES = 256_000_000;
const AT_ONCE = { inAll: 2, perProject: 1 } as const;
const WAITING = { inAll: 16, perProject: 2 } as const;

/** What an order would become, before anything of it is queued or paid for. */
export class FilmEstimates {
  readonly #options: FilmEstimatesOptions;
  readonly #places: FairPlaces;

  constructor(options: FilmEstimatesOptions) {
    this.#options = options;
    this.#places = new FairPlaces({
      what: 'estimates of films',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perProject,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perProject,
      waitLimitMs: TIME_LIMIT_MS,
      reasons: { own: 'estimating-already', full: 'many-estimates' },
      onBound: options.onBound,
    });
  }

  /** Throws a `ControlError` that says why there would be no film. */
  async estimate(order: FilmOrder, gone: AbortSignal): Promise<FilmEstimate> {
    const { jobs } = this.#options;
    const durationMs = await this.#lengthOf(order, gone);
    const left = await jobs.left(order.projectId);
    return {
      durationMs,
      isExact: order.sound.kind !== 'text',
      points: toPoints(jobs.priceOf(durationMs)),
      pointsLeft: left === null ? null : toPoints(left),
    };
  }

  async #lengthOf(order: FilmOrder, gone: AbortSignal): Promise<number> {
    const { picture, sound, options } = order;
    const { syncMode = 'loop', segments } = options;
    const isClip = picture.kind === 'video';
    const isWholeClip = segments !== undefined;
    const needsClip = isClip && (isWholeClip || syncMode === 'cut_off' || syncMode === 'silence');
    if (sound.kind === 'text' && !needsClip) return Math.round(speakingMs(sound.text));
    this.#options.disk.requireRoom();
    return this.#places.run({ key: `project ${order.projectId}` }, () =>
      this.#inFolder(gone, async (folder, signal) => {
        const fetched = (source: Source) => this.#fetch(source, order.projectId, folder, signal);
        const videoPath = needsClip ? await fetched(picture) : null;
        const measured = await this.#soundOf(sound, folder, fetched);
        const outcome = await this.#options.measure(
          { videoPath, isClip, sound: measured, syncMode, isWholeClip },
          signal,
        );
        if (outcome.kind === 'refused') throw new ControlError('bad-request', outcome.message);
        if (outcome.kind === 'broke') throw refusal('overloaded', 'no-estimate');
        return outcome.durationMs;
      }),
    );
  }

  async #inFolder<Result>(
    gone: AbortSignal,
    work: (folder: string, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const folder = join(this.#options.folder, workFolderName());
    const late = AbortSignal.timeout(TIME_LIMIT_MS);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await work(folder, AbortSignal.any([gone, late]));
    } catch (error) {
      if (error instanceof FilmProblemError) throw new ControlError('bad-request', error.message);
      if (late.aborted) throw refusal('too-slow', 'estimate-late', { values: { seconds: TIME_LIMIT_MS / 1000 } });
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #fetch(source: Source, projectId: string, folder: string, signal: AbortSignal): Promise<string> {
    const { fetch, findUpload: find } = this.#options;
    const own = await copyUpload(source, { folder, find, projectId, signal, maxBytes: MAX_BYTES });
    return own ?? fetchSource(source, { folder, fetch, signal, maxBytes: MAX_BYTES });
  }

  async #soundOf(
    sound: FilmOrder['sound'],
    folder: string,
    fetched: (source: Source) => Promise<string>,
  ): Promise<FilmMeasure['sound']> {
    if (sound.kind === 'text') return { durationMs: speakingMs(sound.text) };
    if (sound.kind === 'url') return { path: await fetched({ kind: 'audio', url: sound.url }) };
    if (sound.kind === 'none') throw refusal('bad-request', 'no-estimate');
    const path = join(folder, 'given.sound');
    await writeFile(path, sound.bytes, { mode: 0o600 });
    return { path };
  }
}

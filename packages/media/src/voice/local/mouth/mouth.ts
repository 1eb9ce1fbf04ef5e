import type { Clock } from '../../../core/clock.ts';
import { JobThread } from '../../../core/job-thread.ts';
import type { Logger } from '../../../core/logger.ts';
import type { MouthRequest, PronounceRequest } from './mouth-messages.ts';
import type { SpokenClause } from './spoken-clause.ts';

/** Clauses waiting for the one worker; one more is refused. Each talk has at most one clause in here. */
export const MAX_WAITING_CLAUSES = 256;
/** A clause that takes longer than this has met a hung engine. */
const CLAUSE_LIMIT_MS = 15_000;
const START_LIMIT_MS = 30_000;

/** Speaks clauses in a worker thread, in the order asked for. A worker that dies is replaced. */
export class Mouth {
  private readonly thread: JobThread<MouthRequest | PronounceRequest, SpokenClause | string>;

  constructor({ logger, clock, workerUrl }: { logger: Logger; clock: Clock; workerUrl?: URL }) {
    this.thread = new JobThread({
      logger,
      clock,
      url: workerUrl ?? new URL('./mouth-worker.ts', import.meta.url),
      name: 'speech worker',
      maxWaiting: MAX_WAITING_CLAUSES,
      jobLimitMs: CLAUSE_LIMIT_MS,
      startLimitMs: START_LIMIT_MS,
    });
  }

  /** Rejects when aborted, and with a sentence when the mouth cannot speak. */
  async speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    const clause = await this.thread.run(request, signal);
    if (typeof clause === 'string') throw new Error('The speech worker gave no sound.');
    return clause;
  }

  /** The symbols of a Kokoro model for English words. Rejects like `speak`. */
  async pronounce(request: PronounceRequest, signal: AbortSignal): Promise<string> {
    return String(await this.thread.run(request, signal));
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}

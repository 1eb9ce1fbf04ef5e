import type { Clock } from '../core/clock.ts';
import { JobThread } from '../core/job-thread.ts';
import type { Logger } from '../core/logger.ts';

export type TurnEndRequest = { readonly samples16k: Float32Array };

/** Pauses that may wait to be judged; a judgement that comes late is of no use. */
const MAX_WAITING = 16;
const JUDGEMENT_LIMIT_MS = 15_000;
const START_LIMIT_MS = 60_000;

/** Judges in a thread of its own whether somebody has finished, so that no picture waits for it. */
export class TurnEndThread {
  readonly #thread: JobThread<TurnEndRequest, number>;

  constructor({ logger, clock, modelPath }: { logger: Logger; clock: Clock; modelPath: string }) {
    this.#thread = new JobThread({
      logger,
      clock,
      url: new URL('./turn-end-worker.ts', import.meta.url),
      name: 'model of turn ends',
      data: modelPath,
      maxWaiting: MAX_WAITING,
      jobLimitMs: JUDGEMENT_LIMIT_MS,
      startLimitMs: START_LIMIT_MS,
    });
  }

  /** Probability, 0 to 1, that who is heard (16 kHz, -1 to 1; the last 8 s count) has finished. Rejects when it cannot be told. */
  probability(samples16k: Float32Array, signal?: AbortSignal): Promise<number> {
    return this.#thread.run({ samples16k }, signal);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

import { Worker } from 'node:worker_threads';
import { childEnvironment } from '../../../core/child-environment.ts';
import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import type { Logger } from '../../../core/logger.ts';
import type { FromMouthWorker, MouthRequest, ToMouthWorker } from './mouth-messages.ts';
import type { SpokenClause } from './spoken-clause.ts';

/** Clauses waiting for the one worker; one more is refused. Each talk has at most one clause in here. */
export const MAX_WAITING_CLAUSES = 256;
/** A clause that takes longer than this has met a hung engine. */
const CLAUSE_LIMIT_MS = 15_000;
const START_LIMIT_MS = 30_000;
/** Starts in a row without a spoken clause after which the mouth gives up. */
const MAX_FRUITLESS_STARTS = 3;

type Job = {
  readonly id: number;
  readonly request: MouthRequest;
  readonly resolve: (clause: SpokenClause) => void;
  readonly reject: (reason: Error) => void;
};

/** Speaks clauses in a worker thread, in the order asked for. A worker that dies is replaced. */
export class Mouth {
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly workerUrl: URL;
  private readonly waiting: Job[] = [];
  private worker: Worker | null = null;
  private isReady = false;
  private current: Job | null = null;
  private cancelLimit: (() => void) | null = null;
  private fruitlessStarts = 0;
  private nextId = 1;
  private isClosed = false;

  constructor(options: { logger: Logger; clock: Clock; workerUrl?: URL }) {
    this.logger = options.logger;
    this.clock = options.clock;
    this.workerUrl = options.workerUrl ?? new URL('./mouth-worker.ts', import.meta.url);
    this.startWorker();
  }

  /** Rejects with the signal's reason when aborted, with a plain error when the mouth cannot speak. */
  speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    if (this.isClosed) return Promise.reject(new Error('The mouth is closed.'));
    if (signal.aborted) return Promise.reject(new Error('Cancelled.'));
    if (this.waiting.length >= MAX_WAITING_CLAUSES)
      return Promise.reject(new Error('Too many replies wait to be spoken.'));
    const { promise, resolve, reject } = deferred<SpokenClause>();
    const job: Job = { id: this.nextId, request, resolve, reject };
    this.nextId += 1;
    const withdraw = (): void => {
      const place = this.waiting.indexOf(job);
      if (place >= 0) this.waiting.splice(place, 1);
      reject(new Error('Cancelled.'));
    };
    signal.addEventListener('abort', withdraw, { once: true });
    this.waiting.push(job);
    if (this.worker === null) this.startWorker();
    this.sendNext();
    return promise.finally(() => signal.removeEventListener('abort', withdraw));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelLimit?.();
    const jobs = [...(this.current === null ? [] : [this.current]), ...this.waiting.splice(0)];
    this.current = null;
    for (const job of jobs) job.reject(new Error('The mouth is closed.'));
    const worker = this.worker;
    this.worker = null;
    await worker?.terminate();
  }

  private startWorker(): void {
    const worker = new Worker(this.workerUrl, { env: childEnvironment() });
    this.worker = worker;
    this.isReady = false;
    this.fruitlessStarts += 1;
    this.limit(START_LIMIT_MS);
    worker.on('message', (message: FromMouthWorker) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on('error', (error) => this.replace(worker, error.message));
    worker.on('exit', (code) => this.replace(worker, `exit code ${code}`));
  }

  private receive(message: FromMouthWorker): void {
    if (message.type === 'ready') {
      this.isReady = true;
      this.cancelLimit?.();
      this.sendNext();
      return;
    }
    const job = this.current;
    if (job === null || job.id !== message.id) return;
    this.current = null;
    this.cancelLimit?.();
    if (message.type === 'spoken') {
      this.fruitlessStarts = 0;
      job.resolve(message.clause);
    } else {
      job.reject(new Error(message.message));
    }
    this.sendNext();
  }

  private sendNext(): void {
    if (!this.isReady || this.current !== null || this.worker === null) return;
    const job = this.waiting.shift();
    if (job === undefined) return;
    this.current = job;
    this.limit(CLAUSE_LIMIT_MS);
    this.worker.postMessage({ id: job.id, request: job.request } satisfies ToMouthWorker);
  }

  private limit(limitMs: number): void {
    this.cancelLimit?.();
    const worker = this.worker;
    this.cancelLimit = this.clock.schedule(limitMs, () => {
      if (worker !== null) this.replace(worker, `no answer within ${limitMs} ms`);
    });
  }

  private replace(worker: Worker, reason: string): void {
    if (this.isClosed || worker !== this.worker) return;
    this.logger.warn({ reason }, 'The speech worker was lost.');
    this.worker = null;
    this.isReady = false;
    this.cancelLimit?.();
    void worker.terminate();
    const lost = this.current;
    this.current = null;
    lost?.reject(new Error('The speech worker was lost.'));
    if (this.fruitlessStarts < MAX_FRUITLESS_STARTS) {
      this.startWorker();
      return;
    }
    this.fruitlessStarts = 0;
    for (const job of this.waiting.splice(0)) job.reject(new Error('The speech worker does not start.'));
  }
}

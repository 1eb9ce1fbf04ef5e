import { Worker } from 'node:worker_threads';
import { childEnvironment } from './child-environment.ts';
import type { Clock } from './clock.ts';
import { deferred } from './deferred.ts';
import type { Logger } from './logger.ts';

/** Starts in a row without a job done after which the thread gives up. */
const MAX_FRUITLESS_STARTS = 3;

export type ToJobThread<Request> = { readonly id: number; readonly request: Request };
export type FromJobThread<Result> =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly result: Result }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

export type JobThreadOptions = {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of the file that runs in the thread. */
  readonly url: URL;
  /** In words, as in `The speech worker was lost.` */
  readonly name: string;
  /** What the file finds as `workerData`. */
  readonly data?: unknown;
  /** Jobs waiting for the thread; one more is refused. */
  readonly maxWaiting: number;
  /** A job that takes longer has met a thread that hangs. */
  readonly jobLimitMs: number;
  readonly startLimitMs: number;
};

type Job<Request, Result> = {
  readonly id: number;
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: Error) => void;
};

/** Work done in a thread of its own, one job after the other, in the order asked for. A thread that dies or hangs is replaced. */
export class JobThread<Request, Result> {
  private readonly options: JobThreadOptions;
  private readonly waiting: Job<Request, Result>[] = [];
  private worker: Worker | null = null;
  private isReady = false;
  private current: Job<Request, Result> | null = null;
  private cancelLimit: (() => void) | null = null;
  private fruitlessStarts = 0;
  private nextId = 1;
  private isClosed = false;

  constructor(options: JobThreadOptions) {
    this.options = options;
    this.startWorker();
  }

  /** Rejects when it is aborted before it began, and with a sentence when it cannot be done. */
  run(request: Request, signal?: AbortSignal): Promise<Result> {
    const { name, maxWaiting } = this.options;
    if (this.isClosed) return Promise.reject(new Error(`The ${name} is closed.`));
    if (signal?.aborted === true) return Promise.reject(new Error('Cancelled.'));
    if (this.waiting.length >= maxWaiting) return Promise.reject(new Error(`Too much waits for the ${name}.`));
    const { promise, resolve, reject } = deferred<Result>();
    const job: Job<Request, Result> = { id: this.nextId, request, resolve, reject };
    this.nextId += 1;
    const withdraw = (): void => {
      const place = this.waiting.indexOf(job);
      if (place >= 0) this.waiting.splice(place, 1);
      reject(new Error('Cancelled.'));
    };
    signal?.addEventListener('abort', withdraw, { once: true });
    this.waiting.push(job);
    if (this.worker === null) this.startWorker();
    this.sendNext();
    return promise.finally(() => signal?.removeEventListener('abort', withdraw));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelLimit?.();
    const jobs = [...(this.current === null ? [] : [this.current]), ...this.waiting.splice(0)];
    this.current = null;
    for (const job of jobs) job.reject(new Error(`The ${this.options.name} is closed.`));
    const worker = this.worker;
    this.worker = null;
    await worker?.terminate();
  }

  private startWorker(): void {
    const worker = new Worker(this.options.url, { env: childEnvironment(), workerData: this.options.data });
    this.worker = worker;
    this.isReady = false;
    this.fruitlessStarts += 1;
    this.limit(this.options.startLimitMs);
    worker.on('message', (message: FromJobThread<Result>) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on('error', (error) => this.replace(worker, error.message));
    worker.on('exit', (code) => this.replace(worker, `exit code ${code}`));
  }

  private receive(message: FromJobThread<Result>): void {
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
    if (message.type === 'done') {
      this.fruitlessStarts = 0;
      job.resolve(message.result);
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
    this.limit(this.options.jobLimitMs);
    this.worker.postMessage({ id: job.id, request: job.request } satisfies ToJobThread<Request>);
  }

  private limit(limitMs: number): void {
    this.cancelLimit?.();
    const worker = this.worker;
    this.cancelLimit = this.options.clock.schedule(limitMs, () => {
      if (worker !== null) this.replace(worker, `no answer within ${limitMs} ms`);
    });
  }

  private replace(worker: Worker, reason: string): void {
    if (this.isClosed || worker !== this.worker) return;
    this.options.logger.warn({ reason }, `The ${this.options.name} was lost.`);
    this.worker = null;
    this.isReady = false;
    this.cancelLimit?.();
    void worker.terminate();
    const lost = this.current;
    this.current = null;
    lost?.reject(new Error(`The ${this.options.name} was lost.`));
    if (this.fruitlessStarts < MAX_FRUITLESS_STARTS) {
      this.startWorker();
      return;
    }
    this.fruitlessStarts = 0;
    for (const job of this.waiting.splice(0)) job.reject(new Error(`The ${this.options.name} does not start.`));
  }
}

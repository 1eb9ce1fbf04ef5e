import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../core/child-environment.ts';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Logger } from '../core/logger.ts';
import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';
import type { BrainPlace, FromBrain, ToBrain } from './brain-messages.ts';

const NAME = 'language model of this machine';
/** Answers that wait for those being thought of; one more is refused. */
const MAX_WAITING = 16;
/** A large model is read from a slow disk. */
const START_LIMIT_MS = 300_000;
/** Nobody stays in a silent call for longer. */
const WAIT_LIMIT_MS = 30_000;
/** Without a word for so long, it hangs. */
const SILENCE_LIMIT_MS = 60_000;
/** An answer that is given up ends after the batch that is being read. */
const STOP_LIMIT_MS = 20_000;
/** Starts in a row without an answer after which it is given up. */
const MAX_FRUITLESS_STARTS = 3;

type Job = {
  readonly id: number;
  readonly request: BrainRequest;
  readonly onPart: (part: BrainPart) => void;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  cancelLimit: () => void;
};

export type BrainProcessOptions = {
  readonly place: BrainPlace;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of the file that runs in the process; left out: the real one. */
  readonly entry?: URL;
};

/**
 * The language model of this machine in a process of its own: what it takes is given back when it ends, and code that crashes takes
 * nothing else along. It starts when it is first asked. Some answers are thought of at once, others wait in the order asked for. A process that dies or hangs is replaced.
 */
export class BrainProcess {
  readonly #options: BrainProcessOptions;
  readonly #waiting: Job[] = [];
  readonly #running = new Map<number, Job>();
  #child: ChildProcess | null = null;
  #atOnce = 0;
  #cancelStart: () => void = () => {};
  #fruitlessStarts = 0;
  #nextId = 1;
  #isClosed = false;

  constructor(options: BrainProcessOptions) {
    this.#options = options;
  }

  /** Rejects at once when it is aborted, and with a sentence when there is no answer. */
  think(request: BrainRequest, onPart: (part: BrainPart) => void, signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`The ${NAME} is closed.`));
    if (signal.aborted) return Promise.reject(new Error('Cancelled.'));
    const isReadingAhead = request.maxTokens === 0;
    // A talk that is about to ask: the model is loaded by then.
    if (this.#nextId === 1 && this.#child === null) this.#start();
    // Those who have something to say come first.
    if (isReadingAhead && this.#running.size >= this.#atOnce) return Promise.resolve();
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new Error(`Too many wait for the ${NAME}. Try again in a moment.`));
    }
    const { promise, resolve, reject } = deferred<void>();
    const job: Job = { id: this.#nextId++, request, onPart, resolve, reject, cancelLimit: () => {} };
    job.cancelLimit = this.#options.clock.schedule(WAIT_LIMIT_MS, () => {
      const reason = this.#atOnce === 0 ? 'is still being loaded' : 'is busy';
      reject(new Error(`The ${NAME} ${reason}. Try again in a moment.`));
      this.#withdraw(job);
    });
    const withdraw = (): void => {
      reject(new Error('Cancelled.'));
      this.#withdraw(job);
    };
    signal.addEventListener('abort', withdraw, { once: true });
    this.#waiting.push(job);
    if (this.#child === null) this.#start();
    this.#sendNext();
    return promise.finally(() => signal.removeEventListener('abort', withdraw));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelStart();
    this.#rejectAll(`The ${NAME} is closed.`);
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = deferred<void>();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
    await promise;
  }

  #start(): void {
    const { entry = new URL('./brain-worker.ts', import.meta.url), clock, place } = this.#options;
    const child = fork(fileURLToPath(entry), { serialization: 'advanced', env: childEnvironment() });
    this.#child = child;
    this.#atOnce = 0;
    this.#fruitlessStarts += 1;
    this.#cancelStart = clock.schedule(START_LIMIT_MS, () => this.#replace(child, 'it does not start'));
    child.on('message', (message: FromBrain) => {
      if (child === this.#child) this.#receive(message);
    });
    child.on('error', (error) => this.#replace(child, error.message));
    child.on('exit', (code, endedBy) => this.#replace(child, `exit ${endedBy ?? code}`));
    this.#send({ type: 'start', place });
  }

  #send(message: ToBrain): void {
    const child = this.#child;
    // Whether it still lives is told by its end.
    if (child?.connected === true) child.send(message, () => {});
  }

  #receive(message: FromBrain): void {
    if (message.type === 'ready') {
      this.#cancelStart();
      this.#atOnce = message.atOnce;
      this.#options.logger.info({ model: this.#options.place.name }, `The ${NAME} is ready.`);
      this.#sendNext();
      return;
    }
    const job = this.#running.get(message.id);
    if (job === undefined) return;
    if (message.type === 'part' || message.type === 'reading') {
      this.#limit(job, SILENCE_LIMIT_MS);
      if (message.type === 'part') job.onPart(message.part);
      return;
    }
    job.cancelLimit();
    this.#running.delete(job.id);
    this.#fruitlessStarts = 0;
    if (message.type === 'done') job.resolve();
    else job.reject(new Error(message.message));
    this.#sendNext();
  }

  #sendNext(): void {
    while (this.#running.size < this.#atOnce) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running.set(job.id, job);
      this.#limit(job, SILENCE_LIMIT_MS);
      this.#send({ type: 'ask', id: job.id, request: job.request });
    }
  }

  #withdraw(job: Job): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      job.cancelLimit();
    }
    // Its place is free when it has really ended.
    if (!this.#running.has(job.id)) return;
    this.#limit(job, STOP_LIMIT_MS);
    this.#send({ type: 'stop', id: job.id });
  }

  #limit(job: Job, limitMs: number): void {
    job.cancelLimit();
    const child = this.#child;
    job.cancelLimit = this.#options.clock.schedule(limitMs, () => {
      if (child !== null) this.#replace(child, `no answer within ${limitMs} ms`);
    });
  }

  #replace(child: ChildProcess, reason: string): void {
    if (this.#isClosed || child !== this.#child) return;
    this.#options.logger.warn({ reason }, `The ${NAME} was lost.`);
    this.#child = null;
    this.#atOnce = 0;
    this.#cancelStart();
    child.kill('SIGKILL');
    for (const job of this.#running.values()) {
      job.cancelLimit();
      job.reject(new Error(`The ${NAME} was lost.`));
    }
    this.#running.clear();
    if (this.#fruitlessStarts < MAX_FRUITLESS_STARTS) {
      this.#start();
      return;
    }
    this.#fruitlessStarts = 0;
    this.#rejectAll(`The ${NAME} does not start.`);
  }

  #rejectAll(reason: string): void {
    for (const job of [...this.#running.values(), ...this.#waiting.splice(0)]) {
      job.cancelLimit();
      job.reject(new Error(reason));
    }
    this.#running.clear();
  }
}

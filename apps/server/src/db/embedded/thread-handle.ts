import { Worker } from 'node:worker_threads';
import type { ThreadError, ThreadReply, ThreadRequest, ThreadResult, ThreadStart } from './thread-messages.ts';
import { toDatabaseError } from './value-conversion.ts';

export type ThreadAnswer = { readonly results: readonly ThreadResult[]; readonly inTransaction: boolean };

type Pending = {
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | null;
};

/** Recovery after a crash takes seconds, a minute on a slow disk: an engine that is not there by then hangs. */
const START_LIMIT_MS = 5 * 60_000;

/** SQLSTATE */
const DISK_FULL = '53100';

/** `Omit` that keeps a union a union. */
type WithoutId<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;

/** The session is gone: the thread ended, was ended by the query watchdog, or the engine failed. SQLSTATE 57P01. */
export class SessionLostError extends Error {
  readonly code = '57P01';
}

/** The statement ran longer than allowed. SQLSTATE 57014, as PostgreSQL reports a statement timeout. */
class QueryTimeoutError extends Error {
  readonly code = '57014';
}

/** An engine that could not write its log hangs at the next statement instead of ending, as a PostgreSQL server does. */
function leavesEngineBroken({ code, severity, message }: ThreadError): boolean {
  return severity === 'PANIC' || severity === 'FATAL' || (code === DISK_FULL && message.includes('pg_wal'));
}

function startWorker(start: ThreadStart): Worker {
  return new Worker(new URL('./database-thread.ts', import.meta.url), {
    workerData: start,
    name: 'database',
    env: {},
  });
}

/** Makes a new database folder in a thread of its own, so that the memory this takes (about 0.5 GB) is given back. */
export async function initialiseDatabase(databasePath: string): Promise<void> {
  const worker = startWorker({ task: 'initialise', databasePath });
  try {
    await firstReply(worker, START_LIMIT_MS);
  } finally {
    worker.on('error', () => {});
    await worker.terminate();
  }
}

function firstReply(worker: Worker, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      worker.off('error', settle);
      worker.off('exit', onExit);
      worker.off('message', onMessage);
      if (error) reject(error);
      else resolve();
    };
    const onExit = (code: number): void =>
      settle(new Error(`the database thread ended with code ${code} at its start`));
    const onMessage = (reply: ThreadReply): void => {
      if (reply.kind === 'ready') settle(null);
      else settle(new Error(reply.kind === 'failed' ? reply.message : `unexpected first reply ${reply.kind}`));
    };
    const timer = setTimeout(() => settle(new Error(`it did not start within ${limitMs / 1000} s`)), limitMs);
    worker.on('error', settle);
    worker.on('exit', onExit);
    worker.on('message', onMessage);
  });
}

/** One running database thread. Dead for good after `ended`; the pool then starts another. */
export class ThreadHandle {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  /** Resolves when the thread has stopped running: only then may another open the folder. */
  readonly stopped: Promise<void>;
  #nextId = 1;
  #endedBy: Error | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.stopped = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (reply: ThreadReply) => this.#receive(reply));
    worker.on('error', (error) => this.#end(new SessionLostError(`the database thread failed: ${error.message}`)));
    worker.on('exit', (code) => this.#end(new SessionLostError(`the database thread ended with code ${code}`)));
  }

  /** Resolves when the database is open, recovered and has passed its self-test. */
  static async start(databasePath: string, limitMs = START_LIMIT_MS): Promise<ThreadHandle> {
    const worker = startWorker({ task: 'serve', databasePath });
    try {
      await firstReply(worker, limitMs);
    } catch (error) {
      worker.on('error', () => {});
      await worker.terminate();
      throw error;
    }
    return new ThreadHandle(worker);
  }

  get ended(): boolean {
    return this.#endedBy !== null;
  }

  /** `timeoutMs` 0 = no limit. A statement cannot be cancelled alone, so running over the limit ends the thread. */
  call(request: WithoutId<ThreadRequest>, timeoutMs: number): Promise<ThreadAnswer> {
    if (this.#endedBy) return Promise.reject(this.#endedBy);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = timeoutMs > 0 ? setTimeout(() => this.#expire(id, timeoutMs), timeoutMs) : null;
      this.#pending.set(id, { resolve, reject, timer });
      this.#worker.postMessage({ ...request, id });
    });
  }

  async terminate(reason: Error): Promise<void> {
    this.#end(reason);
    await this.#worker.terminate();
  }

  #expire(id: number, timeoutMs: number): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    pending.reject(new QueryTimeoutError(`canceling statement: it ran longer than ${timeoutMs} ms`));
    void this.terminate(new SessionLostError('the session ended because a statement ran over its time limit'));
  }

  #receive(reply: ThreadReply): void {
    if (reply.kind !== 'result' && reply.kind !== 'error') return;
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    this.#pending.delete(reply.id);
    if (pending.timer) clearTimeout(pending.timer);
    if (reply.kind === 'result') {
      pending.resolve({ results: reply.results, inTransaction: reply.inTransaction });
      return;
    }
    if (reply.error.code !== undefined) {
      pending.reject(Object.assign(toDatabaseError(reply.error), { inTransaction: reply.inTransaction }));
      if (leavesEngineBroken(reply.error)) {
        void this.terminate(new SessionLostError(`the database engine gave up: ${reply.error.message}`));
      }
      return;
    }
    // An error without an SQLSTATE is the engine's own: its memory can no longer be trusted, recovery starts afresh.
    const lost = new SessionLostError(`the database engine failed: ${reply.error.message}`);
    pending.reject(lost);
    void this.terminate(lost);
  }

  #end(reason: Error): void {
    if (this.#endedBy) return;
    this.#endedBy = reason;
    for (const { reject, timer } of this.#pending.values()) {
      if (timer) clearTimeout(timer);
      reject(reason);
    }
    this.#pending.clear();
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../core/logger.ts';
import type { SessionCommand, SessionConfig, SessionEvent } from '../session/session-events.ts';
import type { PoolMessage, VoiceDescription, WorkerMessage, WorkerOptions } from './worker-messages.ts';

const WORKER_ENTRY = fileURLToPath(new URL('./media-worker.ts', import.meta.url));

/** The pool's side of one media worker process and the calls in it. */
export class MediaWorkerProcess {
  readonly ready: Promise<VoiceDescription>;
  readonly #child: ChildProcess;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, (event: SessionEvent) => void>();
  readonly #exited: Promise<void>;
  #isReady = false;
  #alive = true;

  constructor(options: WorkerOptions, logger: Logger, onExit: () => void) {
    this.#logger = logger;
    this.#child = fork(WORKER_ENTRY, [JSON.stringify(options)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message) => this.#receive(message as WorkerMessage, resolve));
    });
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (!this.#alive) return;
        this.#handleExit(code, signal);
        resolve();
        onExit();
      };
      this.#child.on('exit', end);
      this.#child.on('error', (error) => {
        logger.error({ error: error.message }, 'A media worker could not be reached.');
        // A process that never came to be tells no exit.
        if (this.#child.pid === undefined) end(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get callCount(): number {
    return this.#listeners.size;
  }

  open(callId: string, config: SessionConfig, listener: (event: SessionEvent) => void): void {
    this.#listeners.set(callId, listener);
    this.#send({ type: 'open', callId, config });
  }

  /** `taken`: see `PooledCall`. */
  command(callId: string, command: SessionCommand, taken?: () => void): void {
    if (this.#listeners.has(callId)) this.#send({ type: 'command', callId, command }, taken);
    else taken?.();
  }

  /** Asks the worker to end its calls and exit, and ends it after `graceMs` if it has not. */
  async shutdown(reason: string, graceMs: number): Promise<void> {
    if (!this.#alive) return;
    this.#send({ type: 'shutdown', reason });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #send(message: PoolMessage, taken: () => void = () => {}): void {
    // A send to a process that has just died reports its error to the callback; the exit handler does the rest.
    if (this.#alive && this.#child.connected) this.#child.send(message, taken);
    else taken();
  }

  #receive(message: WorkerMessage, resolveReady: (voice: VoiceDescription) => void): void {
    if (message.type === 'ready') {
      this.#isReady = true;
      resolveReady(message.voice);
      return;
    }
    const listener = this.#listeners.get(message.callId);
    if (message.event.type === 'closed') this.#listeners.delete(message.callId);
    listener?.(message.event);
  }

  #handleExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#alive = false;
    const orphans = [...this.#listeners.values()];
    this.#listeners.clear();
    if (orphans.length > 0 || (code !== 0 && signal !== 'SIGTERM')) {
      this.#logger.error({ code, signal, calls: orphans.length }, 'A media worker died; its calls end.');
    }
    for (const listener of orphans) {
      listener({
        type: 'failed',
        code: 'worker-lost',
        message: 'The process that rendered this call stopped. Please call again.',
        fatal: true,
      });
      listener({ type: 'closed', reason: 'worker-lost' });
    }
  }
}

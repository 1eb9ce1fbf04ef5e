import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { raiseThreadPriority, resetThreadPriority } from '../core/thread-priority.ts';
import { Session } from '../session/session.ts';
import type { SessionEvent } from '../session/session-events.ts';
import { createConsoleLogger } from './console-logger.ts';
import type { PoolMessage, WorkerMessage, WorkerOptions } from './worker-messages.ts';
import { WorkerResources } from './worker-resources.ts';

/** The calls of one media worker process, over the heavy things that they share. */
export class CallHost {
  readonly #resources: WorkerResources;
  readonly #logger: Logger;
  readonly #send: (message: WorkerMessage) => void;
  readonly #sessions = new Map<string, Session>();

  static async open(options: WorkerOptions, send: (message: WorkerMessage) => void): Promise<CallHost> {
    const logger = createConsoleLogger(options.logLevel);
    const resources = await WorkerResources.open(options, logger, systemClock);
    const host = new CallHost(resources, logger, send);
    send({ type: 'ready', voice: resources.voiceDescription });
    void resources.warm(() => host.#sessions.size > 0);
    return host;
  }

  constructor(resources: WorkerResources, logger: Logger, send: (message: WorkerMessage) => void) {
    this.#resources = resources;
    this.#logger = logger;
    this.#send = send;
  }

  handle(message: Exclude<PoolMessage, { type: 'shutdown' }>): void {
    if (message.type === 'command') {
      this.#sessions.get(message.callId)?.handle(message.command);
      return;
    }
    const { callId, config } = message;
    const listener = (event: SessionEvent): void => {
      if (event.type === 'closed') this.#forget(callId);
      this.#send({ type: 'event', callId, event });
    };
    const session = new Session(config, this.#resources, this.#logger, listener);
    // Only while calls are on: what is prepared ahead of them must not hold up the rest of the machine.
    if (this.#sessions.size === 0) raiseThreadPriority();
    this.#sessions.set(callId, session);
    void session.start();
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close(reason)));
    await this.#resources.close();
  }

  #forget(callId: string): void {
    this.#sessions.delete(callId);
    if (this.#sessions.size === 0) resetThreadPriority();
  }
}

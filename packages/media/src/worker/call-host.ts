import { AsyncLocalStorage } from 'node:async_hooks';
import { systemClock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import { raiseThreadPriority, resetThreadPriority } from '../core/thread-priority.ts';
import { Session } from '../session/session.ts';
import type { SessionEvent } from '../session/session-events.ts';
import { sessionConfigSchema, writtenCommandSchema } from '../session/session-schemas.ts';
import type { AskedModels, ModelAnswer } from './asked-models.ts';
import { createConsoleLogger } from './console-logger.ts';
import { InOrder } from './in-order.ts';
import type { SoundFrame } from './sound-lane.ts';
import type { PoolMessage, WorkerMessage, WorkerOptions } from './worker-messages.ts';
import { WorkerResources } from './worker-resources.ts';

/** What comes for a call, by either way. */
export type CallMessage =
  | Exclude<PoolMessage, { type: 'start' | 'shutdown' | ModelAnswer['type'] }>
  | ({ readonly type: 'user-audio' } & SoundFrame);

const UNREADABLE = 'The process that renders this call could not read a message of it.';
const MAX_LOGGED_CHARACTERS = 1000;

/** Whatever a call sets going knows which call that was, also when it goes wrong much later. */
const work = new AsyncLocalStorage<number>();

/** The call whose work is running now. */
export function callOfThisWork(): number | undefined {
  return work.getStore();
}

/** The calls of one media worker process, over the heavy things that they share. */
export class CallHost {
  readonly #resources: WorkerResources;
  readonly #logger: Logger;
  readonly #send: (message: WorkerMessage) => void;
  readonly #sessions = new Map<number, Session>();
  readonly #inOrder = new InOrder<CallMessage>((message) => this.#handle(message));

  static async open(
    options: WorkerOptions,
    send: (message: WorkerMessage) => void,
    models: AskedModels,
  ): Promise<CallHost> {
    const logger = createConsoleLogger(options.logLevel);
    const resources = await WorkerResources.open(options, logger, systemClock, models);
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

  /** Never throws: a message that cannot be read, or whose handling goes wrong, ends its own call only. */
  handle(message: CallMessage): void {
    this.#inOrder.take(message);
  }

  #handle(message: CallMessage): void {
    const { callId } = message;
    work.run(callId, () => {
      try {
        if (message.type === 'user-audio') {
          this.#sessions.get(callId)?.handle({ type: 'user-audio', bytes: message.bytes });
          return;
        }
        this.#send({ type: 'working-on', callId });
        if (message.type === 'open') this.#open(callId, message.json);
        else this.#sessions.get(callId)?.handle(writtenCommandSchema.parse(JSON.parse(message.json)));
      } catch (error) {
        const fields = { callId, message: message.type, error: errorMessage(error).slice(0, MAX_LOGGED_CHARACTERS) };
        this.#logger.error(fields, 'A message could not be read or handled; its call ends.');
        if (!this.fail(callId, new Error(UNREADABLE)) && message.type === 'open') this.#refuse(callId);
      }
    });
  }

  /** Ends this call because of an error; false when there is no such call. */
  fail(callId: number, error: unknown): boolean {
    const session = this.#sessions.get(callId);
    if (session === undefined) return false;
    session.fail(error);
    return true;
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close(reason)));
    await this.#resources.close();
  }

  #open(callId: number, json: string): void {
    const config = sessionConfigSchema.parse(JSON.parse(json));
    const listener = (event: SessionEvent): void => {
      if (event.type === 'closed') this.#forget(callId);
      this.#tell(callId, event);
    };
    const session = new Session(config, this.#resources, this.#logger, listener);
    // Only while calls are on: what is prepared ahead of them must not hold up the rest of the machine.
    if (this.#sessions.size === 0) raiseThreadPriority();
    this.#sessions.set(callId, session);
    void session.start();
  }

  #refuse(callId: number): void {
    this.#tell(callId, { type: 'failed', code: 'internal', message: UNREADABLE, fatal: true });
    this.#tell(callId, { type: 'closed', reason: 'internal' });
    this.#inOrder.forget(callId);
  }

  #tell(callId: number, event: SessionEvent): void {
    this.#send({ type: 'event', callId, event });
  }

  #forget(callId: number): void {
    this.#sessions.delete(callId);
    this.#inOrder.forget(callId);
    if (this.#sessions.size === 0) resetThreadPriority();
  }
}

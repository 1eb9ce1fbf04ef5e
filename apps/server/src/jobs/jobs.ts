import { setTimeout as delay } from 'node:timers/promises';
import type { ControlLogger } from '../control/logger.ts';
import type { Database } from '../db/database.ts';
import { errorMessage } from '../error-message.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { type Boss, openBoss, SUPERVISE_SECONDS } from './boss.ts';
import type { TurnHandler } from './definitions.ts';
import { type TurnCounts, TurnQueue } from './turn-queue.ts';

export type JobsOptions = {
  readonly db: Pick<Database, 'kind' | 'pool'>;
  readonly handlers: readonly TurnHandler[];
  readonly logger: ControlLogger;
};

/** Where other nodes may have put something into a queue, it is looked for this often; a node finds its own at once. */
const LOOK_MS = { embedded: 30_000, postgres: 2_000 } as const;
/** The rows are asked what waits this often: whatever a crash, a copy or a restored backup left without a turn. */
const RECONCILE_MS = 60_000;
/**
 * Turns of a dead worker are given to another. On the embedded database there is no other, but one's own turn may be as dead: when
 * neither its end nor its failure could be written.
 */
const SUPERVISE_MS = { embedded: 60_000, postgres: SUPERVISE_SECONDS * 1000 } as const;
const BEAT_MS = 5_000;
const OPEN_AGAIN_MS = 5_000;

export type JobsState = 'starting' | 'ok' | 'closed';

/**
 * Everything that waits, on either database and any number of nodes. The rows of the domain are the truth: what is to be
 * done, how far it is, which attempt counts. The queue engine only says whose turn it is, once at a time; gives the turn
 * of a worker that fell silent to another; and brings back what is due later.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #queues = new Map<string, TurnQueue>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #closing = new AbortController();
  readonly #opening: Promise<void>;
  #beginning: Promise<void> = Promise.resolve();
  #boss: Boss | null = null;

  /** Opens in the background: the server does not wait for it, and what is queued meanwhile is found by its rows. */
  constructor(options: JobsOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  get state(): JobsState {
    if (this.#closing.signal.aborted) return 'closed';
    return this.#boss === null ? 'starting' : 'ok';
  }

  /** By definition. */
  get counts(): Readonly<Record<string, Readonly<TurnCounts>>> {
    return Object.fromEntries([...this.#queues].map(([name, queue]) => [name, queue.counts]));
  }

  /** Something of this key is due: say so after its row was stored. */
  wake(name: string, key: string): void {
    this.#queues.get(name)?.wake(key);
  }

  /** Does everything that is due by the rows; for those who cannot wait, like tests. Says how many turns that took. */
  async runDue(name: string): Promise<number> {
    await this.#opening;
    await this.#beginning;
    const queue = this.#queues.get(name);
    if (queue === undefined) return 0;
    const before = queue.counts.begun;
    await queue.reconcile();
    await queue.idle();
    return queue.counts.begun - before;
  }

  /** Takes no more turns and waits for those under way. Idempotent. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#opening;
    await this.#beginning;
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    const { logger } = this.#options;
    const { counts } = this;
    if (Object.values(counts).some(({ begun }) => begun > 0)) logger.info({ jobs: counts }, 'Jobs closed');
    await this.#boss?.stop({ graceful: false });
  }

  async #open(): Promise<void> {
    const { db, handlers, logger } = this.#options;
    const { signal } = this.#closing;
    while (this.#boss === null && !signal.aborted) {
      try {
        const definitions = handlers.map(({ definition }) => definition);
        this.#boss = await openBoss(db, definitions, logger);
      } catch (error) {
        logger.warn({ error: errorMessage(error) }, 'The queue of jobs could not be opened; tried again in a moment');
        await delay(OPEN_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
      }
    }
    const boss = this.#boss;
    if (boss === null || signal.aborted) return;
    for (const handler of handlers) {
      this.#queues.set(handler.definition.name, new TurnQueue(boss, handler, logger));
    }
    this.#look(boss, db.kind);
  }

  #look(boss: Boss, kind: Database['kind']): void {
    const queues = [...this.#queues.values()];
    const supervise = async () => {
      // A process that slept gives none of its own turns away.
      await beat();
      await boss.supervise();
      await look();
    };
    const reconcile = async () => {
      for (const queue of queues) await queue.reconcile();
    };
    const beat = async () => {
      for (const queue of queues) await queue.beat();
    };
    const look = async () => {
      for (const queue of queues) queue.look();
    };
    this.#every(RECONCILE_MS, reconcile);
    this.#every(LOOK_MS[kind], look);
    this.#every(BEAT_MS, beat);
    this.#every(SUPERVISE_MS[kind], supervise);
    const begin = async () => {
      if (kind === 'embedded') for (const queue of queues) await queue.freeAll();
      await reconcile();
      await look();
    };
    this.#beginning = this.#try(begin);
  }

  #every(intervalMs: number, work: () => Promise<void>): void {
    const once = oneAtATime(() => this.#try(work));
    this.#timers.push(setInterval(() => void once(), intervalMs).unref());
  }

  async #try(work: () => Promise<void>): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      this.#options.logger.warn(
        { error: errorMessage(error) },
        'Jobs could not be looked after; tried again in a moment',
      );
    }
  }
}

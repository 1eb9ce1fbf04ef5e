import { EventEmitter } from 'node:events';
import type { QueryResult, QueryResultRow } from 'pg';
import type { DatabaseLogger } from '../logger.ts';
import { SessionLostError, type ThreadAnswer, ThreadHandle } from './thread-handle.ts';
import { toQueryResult, toTextValue } from './value-conversion.ts';

export type EmbeddedQuery = {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  readonly rowMode?: string | undefined;
  readonly types?: unknown;
  /** Milliseconds; 0 = no limit. Default: the pool's. */
  readonly query_timeout?: number | undefined;
};

type Waiter = {
  readonly grant: (client: EmbeddedClient) => void;
  readonly refuse: (error: Error) => void;
  timer: NodeJS.Timeout;
};

export type EmbeddedPoolOptions = {
  readonly databasePath: string;
  /** A statement that runs longer ends the session; the database recovers at the next use. */
  readonly queryTimeoutMs: number;
  /** How long a caller waits for the one session before it gives up. */
  readonly acquireTimeoutMs: number;
  readonly logger: DatabaseLogger;
};

/** Callers that may wait for the session at one time; more are refused at once. */
const MAX_WAITING_CALLERS = 10_000;

/** After an opening that failed, callers are told of its failure for so long. */
const OPEN_AGAIN_AFTER_MS = 3_000;

/** The one session, lent to one caller at a time. */
export class EmbeddedClient extends EventEmitter {
  readonly #run: (query: EmbeddedQuery) => Promise<ThreadAnswer>;
  readonly #giveBack: (broken: boolean) => void;
  #released = false;

  constructor(run: (query: EmbeddedQuery) => Promise<ThreadAnswer>, giveBack: (broken: boolean) => void) {
    super();
    this.#run = run;
    this.#giveBack = giveBack;
  }

  async query<Row extends QueryResultRow = QueryResultRow>(
    textOrQuery: string | EmbeddedQuery,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    if (this.#released) throw new Error('this client has been released to the pool');
    const query = typeof textOrQuery === 'string' ? { text: textOrQuery, values } : textOrQuery;
    const { results } = await this.#run({ ...query, values: values ?? query.values });
    const converted = results.map((result) => toQueryResult(result, query));
    // Like `pg`: one result for one statement, a list for several.
    return (converted.length === 1 ? converted[0] : converted) as QueryResult<Row>;
  }

  /** `broken`: the session's state is unknown; it is thrown away. */
  release(broken?: boolean | Error): void {
    if (this.#released) return;
    this.#released = true;
    this.#giveBack(Boolean(broken));
  }
}

/**
 * A `pg.Pool` of exactly one session over PGlite in its own thread. Between `connect` and `release` the session belongs
 * to the caller alone, so a transaction is exclusive; keep it short, and do nothing else inside it.
 * The node-postgres driver of drizzle knows a pool by the word "Pool" in its class name.
 */
export class EmbeddedPool extends EventEmitter {
  readonly #options: EmbeddedPoolOptions;
  readonly #waiting: Waiter[] = [];
  #thread: Promise<ThreadHandle>;
  #lent = false;
  #closing: Promise<void> | null = null;
  #openAgainAtMs = 0;

  private constructor(options: EmbeddedPoolOptions, thread: ThreadHandle) {
    super();
    this.#options = options;
    this.#thread = Promise.resolve(thread);
  }

  static async open(options: EmbeddedPoolOptions): Promise<EmbeddedPool> {
    return new EmbeddedPool(options, await ThreadHandle.start(options.databasePath));
  }

  get totalCount(): number {
    return this.#closing ? 0 : 1;
  }

  get idleCount(): number {
    return this.#lent || this.#closing ? 0 : 1;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  connect(): Promise<EmbeddedClient> {
    if (this.#closing) return Promise.reject(new Error('the database is closed'));
    return this.#acquire();
  }

  async query<Row extends QueryResultRow = QueryResultRow>(
    textOrQuery: string | EmbeddedQuery,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    const client = await this.connect();
    try {
      return await client.query<Row>(textOrQuery, values);
    } finally {
      client.release();
    }
  }

  /** Waits for what runs and waits, then closes the database properly. */
  end(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends the session at once and for good, as a crash would; nothing acknowledged is lost. */
  async abandon(reason: Error): Promise<void> {
    this.#closing ??= Promise.resolve();
    for (const waiter of this.#waiting.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.refuse(reason);
    }
    const thread = await this.#thread.catch(() => null);
    await thread?.terminate(reason);
  }

  async #close(): Promise<void> {
    const client = await this.#acquire();
    const thread = await this.#thread.catch(() => null);
    if (thread && !thread.ended) {
      await thread.call({ kind: 'close' }, this.#options.acquireTimeoutMs).catch((error: unknown) => {
        this.#options.logger.warn(
          { error },
          'the embedded database did not close properly; it recovers at the next start',
        );
      });
      await thread.terminate(new Error('the database is closed'));
    }
    client.release();
  }

  #acquire(): Promise<EmbeddedClient> {
    if (!this.#lent) {
      this.#lent = true;
      return Promise.resolve(this.#lend());
    }
    if (this.#waiting.length >= MAX_WAITING_CALLERS) {
      return Promise.reject(new Error(`the database is overloaded: ${MAX_WAITING_CALLERS} callers are waiting`));
    }
    return new Promise((grant, refuse) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        refuse(
          new Error(
            `waited ${this.#options.acquireTimeoutMs} ms for the database session; is a transaction left open?`,
          ),
        );
      }, this.#options.acquireTimeoutMs);
      const waiter: Waiter = { grant, refuse, timer };
      this.#waiting.push(waiter);
    });
  }

  #lend(): EmbeddedClient {
    let session: ThreadHandle | null = null;
    let inTransaction = false;
    const run = async (query: EmbeddedQuery): Promise<ThreadAnswer> => {
      // A client that lost its session may not go on in a new one: its transaction is gone.
      session ??= await this.#liveThread();
      const values = query.values?.length ? query.values.map(toTextValue) : null;
      try {
        const answer = await session.call(
          { kind: 'query', text: query.text, values },
          query.query_timeout ?? this.#options.queryTimeoutMs,
        );
        inTransaction = answer.inTransaction;
        return answer;
      } catch (error) {
        inTransaction = (error as { inTransaction?: boolean }).inTransaction ?? inTransaction;
        throw error;
      }
    };
    const giveBack = (broken: boolean): void => {
      if (session && !session.ended && broken) void session.terminate(new SessionLostError('the session was given up'));
      else if (session && !session.ended && inTransaction) {
        this.#options.logger.warn({}, 'a database client was released inside a transaction; it was rolled back');
        // Requests are answered in order, so the next caller's statements come after the rollback.
        session.call({ kind: 'rollback' }, this.#options.queryTimeoutMs).catch(() => {});
      }
      this.#passOn();
    };
    return new EmbeddedClient(run, giveBack);
  }

  #passOn(): void {
    const next = this.#waiting.shift();
    if (!next) {
      this.#lent = false;
      return;
    }
    clearTimeout(next.timer);
    next.grant(this.#lend());
  }

  /** The running thread, or a new one when the last has ended. */
  async #liveThread(): Promise<ThreadHandle> {
    const current = await this.#thread.catch(() => null);
    if (current && !current.ended) return current;
    if (this.#closing) throw new Error('the database is closed');
    if (performance.now() < this.#openAgainAtMs) return this.#thread;
    this.#options.logger.warn({}, 'the embedded database session ended; opening it again');
    this.#thread = (current?.stopped ?? Promise.resolve())
      .then(() => ThreadHandle.start(this.#options.databasePath))
      .catch((error: Error) => {
        throw new SessionLostError(`the database could not be opened again: ${error.message}`);
      });
    // Opening takes a core for seconds: on a full disk, where it fails, it is not done for each caller.
    this.#thread.catch(() => {
      this.#openAgainAtMs = performance.now() + OPEN_AGAIN_AFTER_MS;
    });
    return this.#thread;
  }
}

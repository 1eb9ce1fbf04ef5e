import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { StartError } from '../start-error.ts';
import * as accountSchema from './account-schema.ts';
import { EmbeddedPool } from './embedded/embedded-pool.ts';
import { explainFailure, requireUsable } from './embedded/folder-damage.ts';
import { prepareDatabaseFolder } from './embedded/folder-format.ts';
import { type FolderLock, lockFolder, requireFree } from './embedded/folder-lock.ts';
import type { DatabaseLogger } from './logger.ts';
import { startMaintenance } from './maintenance.ts';
import * as makingSchema from './making-schema.ts';
import { applyMigrations, MIGRATION_LOCK } from './migrate.ts';
import { guardConnection, POSTGRES_CONNECTION } from './postgres-connection.ts';
import { explainPostgres } from './postgres-failure.ts';
import * as coreSchema from './schema.ts';
import * as usageSchema from './usage-schema.ts';

const schema = { ...coreSchema, ...accountSchema, ...usageSchema, ...makingSchema };

export type Orm = NodePgDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Orm['transaction']>[0]>[0];

/** The one data layer: everything above it runs the same on both kinds. */
export type Database = {
  /** `embedded`: this process alone uses it. `postgres`: other nodes may too. */
  readonly kind: 'embedded' | 'postgres';
  readonly orm: Orm;
  /**
   * For statements as text. On `embedded` it has a single session: inside a transaction use the transaction only, or the
   * call waits for itself.
   */
  readonly pool: pg.Pool;
  /** Waits for what runs, then closes. Idempotent. */
  close(): Promise<void>;
};

export type DatabaseOptions = {
  /** Folder of this server's data; the embedded database lies in `database/` inside. Needed without `databaseUrl`. */
  readonly dataDir?: string | undefined;
  /** A PostgreSQL server (15 or newer). */
  readonly databaseUrl?: string | undefined;
  readonly logger: DatabaseLogger;
  /** A statement that runs longer is ended. Default 30,000. */
  readonly queryTimeoutMs?: number;
};

const DEFAULT_QUERY_TIMEOUT_MS = 30_000;
/** How long a caller waits for a free connection, or for the one embedded session. */
const ACQUIRE_TIMEOUT_MS = 30_000;
/** How long nothing is said while the embedded database opens. */
const TELL_WAITING_MS = 15_000;
/** How much later than its limit a statement may be answered. */
const ANSWER_GRACE_MS = 5_000;
const POSTGRES_POOL_SIZE = 20;
const OLDEST_POSTGRES = 150_000;

/** Opens the database, brings its schema up to date and resolves when it can be used. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.databaseUrl) return openPostgres(options.databaseUrl, options);
  if (!options.dataDir) throw new Error('openDatabase needs dataDir (embedded database) or databaseUrl (PostgreSQL)');
  return openEmbedded(options.dataDir, options);
}

async function openPostgres(databaseUrl: string, { logger, queryTimeoutMs }: DatabaseOptions): Promise<Database> {
  const limitMs = queryTimeoutMs ?? DEFAULT_QUERY_TIMEOUT_MS;
  const pool = new pg.Pool({
    ...POSTGRES_CONNECTION,
    connectionString: databaseUrl,
    max: POSTGRES_POOL_SIZE,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    statement_timeout: limitMs,
    // The server ends a statement; when it or the way to it is gone, nobody does but we.
    query_timeout: limitMs === 0 ? 0 : limitMs + ANSWER_GRACE_MS,
  });
  // Without a listener, a lost idle connection would end the process.
  pool.on('error', (error) => logger.warn({ error }, 'an idle database connection was lost'));
  pool.on('connect', guardConnection);
  try {
    const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version_num') as version`);
    const version = Number(rows[0]?.version);
    if (version < OLDEST_POSTGRES) {
      throw new StartError(`PostgreSQL 15 or newer is needed; DATABASE_URL leads to ${Math.floor(version / 10_000)}`);
    }
    await migratePostgres(databaseUrl, logger);
  } catch (error) {
    await pool.end();
    throw explainPostgres(databaseUrl, error);
  }
  logger.info({ database: 'postgres' }, 'database open');
  let closing: Promise<void> | null = null;
  return {
    kind: 'postgres',
    orm: drizzle(pool, { schema }),
    pool,
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** Over a connection of its own: waiting for another node, or rewriting a large table, has no limit. */
async function migratePostgres(databaseUrl: string, logger: DatabaseLogger): Promise<void> {
  const pool = new pg.Pool({
    ...POSTGRES_CONNECTION,
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
  });
  // A connection that is lost fails the migration itself.
  pool.on('error', () => {});
  pool.on('connect', guardConnection);
  try {
    await applyMigrations(pool, () =>
      logger.warn(
        { lock: MIGRATION_LOCK },
        'another server brings the database up to date, or a lost one still holds its lock; waiting for it',
      ),
    );
  } finally {
    await pool.end();
  }
}

/** Refuses with a `DatabaseFolderError`, which names the folder, the cause and the way out. */
async function openEmbedded(dataDir: string, options: DatabaseOptions): Promise<Database> {
  const folder = join(dataDir, 'database');
  let embedded: EmbeddedPool | null = null;
  let lock: FolderLock | null = null;
  let hasStarted = false;
  const waiting = setInterval(() => {
    options.logger.info({ folder }, 'the database is still being opened; after a crash it reads its log');
  }, TELL_WAITING_MS);
  try {
    // Of a database that another process uses, no file is to be judged: it comes and goes meanwhile.
    await requireFree(folder);
    requireUsable(folder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { logger } = options;
    lock = await lockFolder(folder, {
      logger,
      onLost: () => {
        logger.error({ folder }, 'another process has taken the database folder; this one stops using it');
        void embedded?.abandon(new Error('another process has taken the database folder'));
      },
    });
    const databasePath = await prepareDatabaseFolder(folder, logger);
    hasStarted = true;
    embedded = await EmbeddedPool.open({
      databasePath,
      queryTimeoutMs: options.queryTimeoutMs ?? DEFAULT_QUERY_TIMEOUT_MS,
      acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
      logger,
    });
  } catch (error) {
    const explained = explainFailure(folder, error, { hasStarted });
    await lock?.release();
    throw explained;
  } finally {
    clearInterval(waiting);
  }
  return useEmbedded({ embedded, lock, folder, logger: options.logger });
}

async function useEmbedded(parts: {
  embedded: EmbeddedPool;
  lock: FolderLock;
  folder: string;
  logger: DatabaseLogger;
}): Promise<Database> {
  const { embedded, lock, folder, logger } = parts;
  try {
    // The pool has the shape that drizzle and this server use of `pg.Pool`.
    const pool = embedded as unknown as pg.Pool;
    await applyMigrations(pool);
    const maintenance = startMaintenance(pool, logger);
    logger.info({ database: 'embedded', folder }, 'database open: single process; use PostgreSQL for more');
    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      maintenance.stop();
      await pool.end();
      await lock.release();
    };
    return {
      kind: 'embedded',
      orm: drizzle(pool, { schema }),
      pool,
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await embedded.end();
    await lock.release();
    throw error;
  }
}

import type { PgBoss as Boss } from 'pg-boss';
import type { ControlLogger } from '../control/logger.ts';
import type { Database } from '../db/database.ts';
import type { JobDefinition } from './definitions.ts';

export type { Boss };

/** How soon a turn whose worker is silent is looked for. */
export const SUPERVISE_SECONDS = 10;
const ONE_DAY_SECONDS = 24 * 60 * 60;

/** How many jobs a command found; its types hide it. */
export function affectedBy(response: object): number {
  return 'affected' in response && typeof response.affected === 'number' ? response.affected : 0;
}

/**
 * The queue engine on this server's own connections. Nothing of it polls by itself: a laptop that does nothing stays
 * idle, and `Jobs` decides when to look. Loaded late, since a start does not wait for it.
 */
export async function openBoss(
  db: Pick<Database, 'kind' | 'pool'>,
  definitions: readonly JobDefinition[],
  logger: ControlLogger,
): Promise<Boss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => db.pool.query(text, values) },
    backend: db.kind === 'embedded' ? 'pglite' : 'postgres',
    supervise: false,
    schedule: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: ONE_DAY_SECONDS,
    queueCacheIntervalSeconds: ONE_DAY_SECONDS,
    bamIntervalSeconds: ONE_DAY_SECONDS,
  });
  // Without a listener, an error would end the process.
  boss.on('error', (error) => logger.warn({ error: String(error) }, 'The queue of jobs reports an error'));
  await boss.start();
  try {
    // Of a key one turn waits and one is taken, whatever node asks.
    for (const { name } of definitions) await boss.createQueue(name, { policy: 'stately' });
  } catch (error) {
    await boss.stop({ graceful: false });
    throw error;
  }
  return boss;
}

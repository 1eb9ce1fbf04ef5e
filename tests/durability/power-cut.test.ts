import { mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../apps/server/src/db/database.ts';
import { durableStartParams } from '../../apps/server/src/db/embedded/durable-start.ts';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import { RecordingFileSystem } from './recording-file-system.ts';

const CUTS = 10;

let dataDir: string;
let workFolder: string;

beforeEach(async () => {
  dataDir = await newDataDir();
  workFolder = realpathSync(mkdtempSync(join(tmpdir(), 'visavis-power-')));
  const db = await openDatabase({ dataDir, logger: silent });
  await db.pool.query('create table written (n int primary key, filler text not null)');
  await db.pool.query('create table account (id int primary key, balance int not null)');
  await db.pool.query('insert into account values (1, 0), (2, 0)');
  await db.close();
});
afterEach(() => {
  for (const folder of [dataDir, workFolder]) rmSync(folder, { recursive: true, force: true });
});

/** Commits rows `from + 1 … from + count`, cuts the power and leaves in the data folder what the disk held. */
async function writeAndCut(
  from: number,
  count: number,
  cut: { obeyFlushes: boolean; survival: number },
): Promise<void> {
  const engineFolder = join(dataDir, 'database', 'pgdata');
  const [live, disk] = [join(workFolder, 'live'), join(workFolder, 'disk')];
  renameSync(engineFolder, live);
  const fileSystem = new RecordingFileSystem(live, disk, cut.obeyFlushes);
  const engine = await PGlite.create({ fs: fileSystem, startParams: durableStartParams });
  for (let n = from + 1; n <= from + count; n += 1) {
    await engine.query('insert into written values ($1, $2)', [n, 'x'.repeat((n * 37) % 2_000)]);
    if (n % 3 === 0) {
      await engine.transaction(async (transaction) => {
        await transaction.query('update account set balance = balance - 1 where id = 1');
        await transaction.query('update account set balance = balance + 1 where id = 2');
      });
    }
    if (n % 97 === 0) await engine.exec('checkpoint');
  }
  fileSystem.cutPower(cut.survival);
  await engine.close();
  rmSync(live, { recursive: true });
  renameSync(disk, engineFolder);
}

test(`acknowledged rows survive ${CUTS} recorded power cuts`, { timeout: 10 * 60_000 }, async () => {
  let acknowledged = 0;
  for (let cut = 0; cut < CUTS; cut += 1) {
    const count = 50 + Math.floor(Math.random() * 150);
    await writeAndCut(acknowledged, count, { obeyFlushes: true, survival: cut % 2 === 0 ? 0 : 0.5 });
    acknowledged += count;
    const db = await openDatabase({ dataDir, logger: silent });
    const { rows } = await db.pool.query(
      'select count(*)::int as count, max(n) as last, count(filler)::int as full from written',
    );
    expect(rows).toEqual([{ count: acknowledged, last: acknowledged, full: acknowledged }]);
    const sums = await db.pool.query('select sum(balance)::int as sum, max(balance) as moved from account');
    expect(sums.rows).toEqual([{ sum: 0, moved: Math.floor(acknowledged / 3) }]);
    await db.pool.query('reindex table written');
    await db.close();
  }
  console.log(`${CUTS} power cuts: ${acknowledged} rows acknowledged, 0 missing`);
});

test('the same cut under an engine that does not flush loses rows: the test can tell', {
  timeout: 120_000,
}, async () => {
  await writeAndCut(0, 100, { obeyFlushes: false, survival: 0 });
  const count = async (): Promise<number> => {
    const db = await openDatabase({ dataDir, logger: silent });
    try {
      return (await db.pool.query<{ count: number }>('select count(*)::int as count from written')).rows[0]?.count ?? 0;
    } finally {
      await db.close();
    }
  };
  expect(await count().catch(() => 0)).toBeLessThan(100);
});

import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../apps/server/src/db/database.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import { openSmallDisk } from '../support/small-disk.ts';

const TITLE = 'the embedded database on a full disk';
/** A new database, and one more file of its log. */
const DISK_MB = 120;

const disk = openSmallDisk(DISK_MB, TITLE);

describe.skipIf(disk === null)(TITLE, () => {
  afterAll(() => disk?.remove());

  test('loses nothing when its log finds no room, keeps nobody waiting meanwhile, and comes back by itself', async () => {
    if (disk === null) throw new Error('there is no disk');
    const db = await openDatabase({ dataDir: join(disk.folder, 'data'), logger: silent });
    await db.pool.query('create table facts (n int)');
    // The table has a page with room, so that it is the log that finds none.
    await db.pool.query('insert into facts values (-1)');
    await disk.fillTo(0);
    let acknowledged = 1;
    const errors: { code: string; tookMs: number }[] = [];
    for (let n = 0; n < 40; n += 1) {
      const fromMs = performance.now();
      try {
        await db.pool.query('insert into facts values ($1)', [n]);
        acknowledged += 1;
        // The next write needs a new file.
        await db.pool.query('select pg_switch_wal()');
      } catch (error) {
        errors.push({ code: (error as { code: string }).code, tookMs: performance.now() - fromMs });
      }
    }
    expect(errors.length).toBeGreaterThan(30);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['53100', '57P01']));
    // An engine that hangs would be noticed by the time limit of a statement alone, after 30 s.
    expect(errors.filter(({ tookMs }) => tookMs > 20_000)).toEqual([]);
    await disk.empty();
    const count = async () => {
      const { rows } = await db.pool.query<{ count: string }>('select count(*) from facts');
      return Number(rows[0]?.count);
    };
    await expect.poll(() => count().catch(() => null), { timeout: 60_000 }).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThan(1);
    await db.pool.query('insert into facts values (1000)');
    await db.close();
  });
});

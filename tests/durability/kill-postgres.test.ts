import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPostgres, type PostgresServer, startPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import { warnSkipped } from '../../apps/server/src/db/testing/test-databases.ts';
import { Acknowledged, bundleWriter, runRound, type Writer } from './kill-round.ts';

const KILLS = 100;
/** Of ten rounds, so many are killed during the start of the writer, and in so many the database server dies first. */
const START_KILLS_OF_TEN = 2;
const DATABASE_KILLS_OF_TEN = 2;

const postgres = findPostgres();
if (postgres === null) warnSkipped('kills at random moments');

describe.skipIf(postgres === null)('PostgreSQL', () => {
  let server: PostgresServer;
  let writer: Writer;
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
    writer = await bundleWriter();
  });
  afterAll(async () => {
    writer?.remove();
    await server?.stop();
  });

  test(`nothing acknowledged is missing after ${KILLS} kills at random moments`, { timeout: 20 * 60_000 }, async () => {
    const databaseUrl = await server.newDatabase();
    const acknowledged = new Acknowledged();
    let databaseKills = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const ofWriting = round % 10 >= START_KILLS_OF_TEN;
      const ofDatabase = ofWriting && round % 10 < START_KILLS_OF_TEN + DATABASE_KILLS_OF_TEN;
      const also = ofDatabase ? { also: () => server.kill() } : {};
      const kill = { afterMs: Math.random() * (ofWriting ? 300 : 500), ofWriting, ...also };
      const result = await runRound(databaseUrl, kill, writer.path);
      expect(acknowledged.add(result).missing).toEqual([]);
      // A writer whose database dies may say so in its last moment.
      if (!ofDatabase) expect(result.trouble).toBe('');
      else {
        databaseKills += 1;
        await server.restart();
      }
    }
    const last = await runRound(databaseUrl, null, writer.path);
    expect([last.trouble, last.found === null]).toEqual(['', false]);
    expect(acknowledged.add(last).missing).toEqual([]);
    expect(acknowledged.checkedRounds).toBeGreaterThan((KILLS * (10 - START_KILLS_OF_TEN)) / 10);
    expect(acknowledged.facts.size).toBeGreaterThan(KILLS * 10);
    expect(databaseKills).toBe((KILLS * DATABASE_KILLS_OF_TEN) / 10);
    console.log(`${KILLS} kills: ${acknowledged.facts.size} facts acknowledged, 0 missing`);
  });
});

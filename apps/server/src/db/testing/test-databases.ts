import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, openDatabase } from '../database.ts';
import { newDataDir } from './embedded-folder.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres-server.ts';
import { silent } from './silent-logger.ts';

export type TestDatabase = {
  /** Open while the tests of the block run; shared by them. */
  readonly db: Database;
};

/** Runs the same tests on the embedded database and, where one is installed, on a PostgreSQL server. */
export function describeOnBothDatabases(title: string, define: (context: TestDatabase) => void): void {
  describe(`${title} (embedded)`, () => {
    let db: Database;
    let dataDir: string;
    beforeAll(async () => {
      dataDir = await newDataDir();
      db = await openDatabase({ dataDir, logger: silent });
    });
    afterAll(async () => {
      await db?.close();
      rmSync(dataDir, { recursive: true, force: true });
    });
    define({
      get db() {
        return db;
      },
    });
  });

  const postgres = findPostgres();
  if (!postgres) warnSkipped(title);
  describe.skipIf(!postgres)(`${title} (PostgreSQL)`, () => {
    let server: PostgresServer;
    let db: Database;
    beforeAll(async () => {
      server = await startPostgres(postgres as string);
      db = await openDatabase({ databaseUrl: await server.newDatabase(), logger: silent });
    });
    afterAll(async () => {
      await db?.close();
      await server?.stop();
    });
    define({
      get db() {
        return db;
      },
    });
  });
}

export function warnSkipped(title: string): void {
  console.warn(
    `\n*** NOT TESTED on PostgreSQL: "${title}". No server under /usr/lib/postgresql (apt-get install postgresql). ***\n`,
  );
}

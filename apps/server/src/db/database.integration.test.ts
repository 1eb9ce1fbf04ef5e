import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyDatabase } from './copy-database.ts';
import { type Database, openDatabase } from './database.ts';
import { checkpoint, vacuumTables } from './maintenance.ts';
import { avatarAliases, avatars, conversations, licenceKeys, messages, projects, toolCalls } from './schema.ts';
import { sqlStateOf } from './sql-state.ts';
import { newDataDir } from './testing/embedded-folder.ts';
import { fillConsoleTables } from './testing/fill-console-tables.ts';
import { findPostgres, type PostgresServer, startPostgres } from './testing/postgres-server.ts';
import { silent } from './testing/silent-logger.ts';
import { describeOnBothDatabases, warnSkipped } from './testing/test-databases.ts';

const id = (digit: string): string => digit.repeat(32);

describeOnBothDatabases('database', (context) => {
  test('values come back in the types of the pg driver', async () => {
    const bytes = Buffer.from([0, 1, 0xfe, 0xff]);
    const { rows, rowCount, command } = await context.db.pool.query(
      `select $1::int4 as int, $2::int8 as big, $3::bool as flag, $4::text as text, $5::bytea as bytes, $6::jsonb as json,
              $7::timestamptz as instant, $8::text[] as list, $9::numeric as number, null::int4 as nothing, '{1,2}'::int4[] as ints`,
      [
        7,
        9_007_199_254_740_993n,
        true,
        `it's "ü" 🙂 \\`,
        bytes,
        { a: [1, 'b'] },
        new Date(1_234),
        ['a,b', 'c"d'],
        '1.50',
      ],
    );
    expect({ rowCount, command }).toEqual({ rowCount: 1, command: 'SELECT' });
    expect(rows).toEqual([
      {
        int: 7,
        big: '9007199254740993',
        flag: true,
        text: `it's "ü" 🙂 \\`,
        bytes,
        json: { a: [1, 'b'] },
        instant: new Date(1_234),
        list: ['a,b', 'c"d'],
        number: '1.50',
        nothing: null,
        ints: [1, 2],
      },
    ]);
  });

  test('row mode array, row counts and several statements', async () => {
    const { pool } = context.db;
    const arrays = await pool.query({ text: 'select 1 as a, 2 as a', rowMode: 'array' });
    expect(arrays.rows).toEqual([[1, 2]]);
    const many = (await pool.query('select 1 as a; select 2 as b')) as unknown as pg.QueryResult[];
    expect(many.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    await pool.query('create table counted (n int)');
    expect((await pool.query('insert into counted select generate_series(1, 5)')).rowCount).toBe(5);
    expect((await pool.query('update counted set n = n where n > $1', [3])).rowCount).toBe(2);
    expect((await pool.query('delete from counted')).rowCount).toBe(5);
  });

  test('errors carry SQLSTATE, constraint and detail, and the session goes on', async () => {
    const { orm, pool } = context.db;
    await orm.insert(projects).values({ id: id('a'), name: 'once' });
    const again = await orm
      .insert(projects)
      .values({ id: id('a'), name: 'twice' })
      .catch((error: unknown) => error);
    expect(sqlStateOf(again)).toBe('23505');
    const raw = await pool.query('select 1/$1::int', [0]).catch((error: unknown) => error);
    expect(raw).toBeInstanceOf(pg.DatabaseError);
    expect(raw).toMatchObject({ code: '22012' });
    const named = await pool
      .query(`insert into projects (id, name) values ('short', 'x')`)
      .catch((error: unknown) => error);
    expect(named).toMatchObject({ code: '23514', constraint: 'projects_id_format', table: 'projects' });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a transaction that fails leaves nothing; nested ones roll back alone', async () => {
    const { orm } = context.db;
    const failing = orm.transaction(async (transaction) => {
      await transaction.insert(projects).values({ id: id('b'), name: 'gone' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await orm.transaction(async (transaction) => {
      await transaction.insert(projects).values({ id: id('c'), name: 'kept' });
      await transaction
        .transaction(async (inner) => {
          await inner.insert(projects).values({ id: id('d'), name: 'gone' });
          throw new Error('inner');
        })
        .catch(() => {});
    });
    const names = (await orm.select().from(projects)).map(({ id: projectId }) => projectId);
    expect(names).toContain(id('c'));
    expect(names).not.toContain(id('b'));
    expect(names).not.toContain(id('d'));
  });

  test('concurrent transactions never lose an update', async () => {
    const { orm, pool } = context.db;
    await pool.query('create table counter (n int not null)');
    await pool.query('insert into counter values (0)');
    const increment = () =>
      orm.transaction(async (transaction) => {
        const { rows } = await transaction.execute<{ n: number }>(sql`select n from counter for update`);
        await transaction.execute(sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`);
      });
    await Promise.all(Array.from({ length: 40 }, increment));
    expect((await pool.query('select n from counter')).rows).toEqual([{ n: 40 }]);
  });

  test('the schema refuses what the code must never write', async () => {
    const { orm } = context.db;
    await orm.insert(projects).values({ id: id('e'), name: 'p' });
    const key = { projectId: id('e'), name: 'k', keyPrefix: 'sk', keyHash: Buffer.alloc(32, 1) };
    await orm.insert(licenceKeys).values({ id: id('1'), maxConcurrentCalls: 1, ...key });
    const sameHash = orm.insert(licenceKeys).values({ id: id('2'), maxConcurrentCalls: 1, ...key });
    expect(sqlStateOf(await sameHash.catch((error: unknown) => error))).toBe('23505');
    const noLimit = orm
      .insert(licenceKeys)
      .values({ id: id('3'), maxConcurrentCalls: 0, ...key, keyHash: Buffer.alloc(32, 2) });
    expect(sqlStateOf(await noLimit.catch((error: unknown) => error))).toBe('23514');
    await orm.delete(projects).where(eq(projects.id, id('e')));
    expect(
      await orm
        .select()
        .from(licenceKeys)
        .where(eq(licenceKeys.id, id('1'))),
    ).toEqual([]);
  });

  test('maintenance runs beside queries', async () => {
    const queries = Array.from({ length: 50 }, () => context.db.pool.query('select count(*) from projects'));
    await Promise.all([vacuumTables(context.db.pool), checkpoint(context.db.pool), ...queries]);
  });
});

describe('embedded database', () => {
  const folders: string[] = [];
  const open: Database[] = [];

  const openHere = async (dataDir: string, queryTimeoutMs = 30_000): Promise<Database> => {
    const db = await openDatabase({ dataDir, logger: silent, queryTimeoutMs });
    open.push(db);
    return db;
  };
  const newFolder = async (): Promise<string> => {
    const folder = await newDataDir();
    folders.push(folder);
    return folder;
  };

  afterEach(async () => {
    for (const db of open.splice(0)) await db.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  test('what was written is there after closing and opening again; closing twice is fine', async () => {
    const dataDir = await newFolder();
    const first = await openHere(dataDir);
    await first.orm.insert(projects).values({ id: id('f'), name: 'kept' });
    await first.close();
    await first.close();
    await expect(first.pool.query('select 1')).rejects.toThrow('closed');
    const second = await openHere(dataDir);
    expect((await second.orm.select().from(projects)).map(({ name }) => name)).toEqual(['kept']);
  });

  test('a second opening in the same process is refused and names DATABASE_URL', async () => {
    const dataDir = await newFolder();
    const db = await openHere(dataDir);
    // What a look at its files finds meanwhile is nobody's business.
    symlinkSync('/nowhere', join(dataDir, 'database/pgdata/pg_wal/strange'));
    await expect(openDatabase({ dataDir, logger: silent })).rejects.toThrow(/in use by process \d+ .*DATABASE_URL/);
    rmSync(join(dataDir, 'database/pgdata/pg_wal/strange'));
    expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a second process is refused, and let in when the first is gone', async () => {
    const dataDir = await newFolder();
    const opener = fileURLToPath(new URL('./testing/open-and-wait.ts', import.meta.url));
    const child = spawn(process.execPath, [opener, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(openDatabase({ dataDir, logger: silent })).rejects.toThrow(
      new RegExp(`in use by process ${child.pid} on .*DATABASE_URL`),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const db = await openHere(dataDir);
    expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a statement over its time limit is ended, others are told, and the database goes on', async () => {
    const db = await openHere(await newFolder(), 500);
    await db.orm.insert(projects).values({ id: id('a'), name: 'kept' });
    const endless = db.pool.query('select count(*) from generate_series(1, 1e11)').catch((error: unknown) => error);
    expect(sqlStateOf(await endless)).toBe('57014');
    expect((await db.orm.select().from(projects)).map(({ name }) => name)).toEqual(['kept']);
  });

  test('a client that lost its session cannot go on outside its transaction', async () => {
    const db = await openHere(await newFolder(), 500);
    const client = await db.pool.connect();
    await client.query('begin');
    await client.query('create table halfway (n int)');
    await client.query('select count(*) from generate_series(1, 1e11)').catch(() => {});
    const next = await client.query('insert into halfway values (1)').catch((error: unknown) => error);
    expect(sqlStateOf(next)).toBe('57P01');
    client.release();
    const { rows } = await db.pool.query(`select to_regclass('halfway') as found`);
    expect(rows).toEqual([{ found: null }]);
  });

  test('a client released inside a transaction is rolled back before the next caller', async () => {
    const db = await openHere(await newFolder());
    const client = await db.pool.connect();
    await client.query('begin');
    await client.query('create table halfway (n int)');
    const next = db.pool.query(`select to_regclass('halfway') as found`);
    client.release();
    expect((await next).rows).toEqual([{ found: null }]);
  });

  test('timers of the process run while the database is stormed', async () => {
    const db = await openHere(await newFolder());
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 20);
    const until = performance.now() + 2_000;
    const storm = async (): Promise<void> => {
      while (performance.now() < until) await db.pool.query('select count(*) from generate_series(1, 20000)');
    };
    await Promise.all([storm(), storm(), storm()]);
    clearInterval(timer);
    // 100 when nothing else runs; however busy the machine, some. In the main thread's own engine it would be 0.
    expect(ticks).toBeGreaterThan(5);
  });

  test('a folder of another engine version is refused untouched', async () => {
    const dataDir = await newFolder();
    const versionFile = join(dataDir, 'database', 'pgdata', 'PG_VERSION');
    writeFileSync(versionFile, '17\n');
    await expect(openDatabase({ dataDir, logger: silent })).rejects.toThrow(
      /written by PostgreSQL 17.*embeds PostgreSQL 18/,
    );
    expect(readFileSync(versionFile, 'utf8')).toBe('17\n');
    writeFileSync(versionFile, '18\n');
    rmSync(join(dataDir, 'database', 'format.json'));
    await expect(openDatabase({ dataDir, logger: silent })).rejects.toThrow(/format\.json/);
  });
});

const postgres = findPostgres();
if (!postgres) warnSkipped('four nodes migrating at once');

describe.skipIf(!postgres)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
  });
  afterAll(() => server?.stop());

  test('four nodes that start at once on an empty database all come up', async () => {
    const databaseUrl = await server.newDatabase();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ databaseUrl, logger: silent })));
    for (const node of nodes) expect(await node.orm.select().from(projects)).toEqual([]);
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('all data copies from the embedded database to PostgreSQL and back, and numbering goes on', async () => {
    const dataDirs = [await newDataDir(), await newDataDir()] as const;
    const first = await openDatabase({ dataDir: dataDirs[0], logger: silent });
    const second = await openDatabase({ databaseUrl: await server.newDatabase(), logger: silent });
    const third = await openDatabase({ dataDir: dataDirs[1], logger: silent });
    await fillEveryTable(first);
    await fillConsoleTables(first, { projectId: id('1'), licenceId: id('3') });
    const counts = await copyDatabase(first, second);
    expect(counts).toMatchObject({
      projects: 2,
      licence_keys: 1,
      avatars: 1,
      avatar_aliases: 1,
      conversations: 1,
      messages: 1_200,
      tool_calls: 2,
    });
    await copyDatabase(second, third);
    for (const table of Object.keys(counts)) {
      const read = async (db: Database) => (await db.pool.query(`select * from ${table} order by 1`)).rows;
      expect(await read(second)).toEqual(await read(first));
      expect(await read(third)).toEqual(await read(first));
    }
    const at = new Date();
    const [next] = await second.orm
      .insert(messages)
      .values({ conversationId: 'talk', role: 'user', text: 'after', at })
      .returning();
    // The result of a call of a tool was the last to be numbered.
    expect(next?.ordinal).toBe(1_204);
    await expect(copyDatabase(first, second)).rejects.toThrow('not empty');
    await Promise.all([first, second, third].map((db) => db.close()));
    for (const folder of dataDirs) rmSync(folder, { recursive: true, force: true });
  });
});

async function fillEveryTable({ orm }: Database): Promise<void> {
  await orm.insert(projects).values([
    { id: id('1'), name: 'one "ü" \\ 🙂' },
    { id: id('2'), name: 'two', createdAt: new Date('2020-02-29T23:59:59.123Z') },
  ]);
  await orm.insert(licenceKeys).values({
    id: id('3'),
    projectId: id('1'),
    name: 'k',
    keyPrefix: 'sk',
    maxConcurrentCalls: 4,
    keyHash: Buffer.from([0, 1, 2, 255]),
    keyEncrypted: Buffer.from([254, 0, 10]),
    encryptionKeyId: 'abc',
  });
  await orm.insert(avatars).values({
    id: id('4'),
    name: 'a',
    provider: 'local',
    model: 'm',
    voice: 'v',
    language: 'en',
    bundleSource: 'shipped',
    bundleName: 'b',
    tools: [{ name: 'tool', parameters: { type: 'object', nested: [1, null, 'x'] } }],
  });
  await orm.insert(avatarAliases).values({ alias: 'alias', avatarId: id('4') });
  const startedAt = new Date('2026-01-01T00:00:00.001Z');
  await orm
    .insert(conversations)
    .values({ id: 'talk', projectId: id('1'), licenceId: id('3'), avatarId: id('4'), startedAt });
  await orm.insert(messages).values(
    Array.from({ length: 1_200 }, (_, index) => ({
      conversationId: 'talk',
      role: 'assistant' as const,
      text: `text ${index}`,
      at: startedAt,
      interrupted: index % 2 === 0,
    })),
  );
  const call = {
    conversationId: 'talk',
    callId: 'c',
    name: 'add',
    argumentsJson: '{"x":"ü \\"}',
    requestedAt: startedAt,
  };
  await orm.insert(toolCalls).values([
    {
      ...call,
      ordinal: 1_201,
      resultOrdinal: 1_203,
      state: 'answered',
      output: '',
      answeredAt: new Date('2026-01-01T00:00:02.345Z'),
    },
    { ...call, ordinal: 1_202 },
  ]);
}

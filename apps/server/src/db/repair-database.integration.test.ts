import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { repairDatabase } from './repair-database.ts';
import { newDataDir } from './testing/embedded-folder.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const ROWS_BEFORE = 1000;
const ROWS_AFTER = 500;

/** The folder as a clean stop leaves it, and as it is found after a crash: rows after the last checkpoint in the log only. */
let root: string;
let clean: string;
let crashed: string;
let damaged: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'visavis-repair-'));
  [clean, crashed, damaged] = [join(root, 'clean'), join(root, 'crashed'), join(root, 'damaged')];
  renameSync(await newDataDir(), clean);
  const first = await openDatabase({ dataDir: clean, logger });
  await first.pool.query('create table facts (fact int primary key)');
  await first.pool.query(`insert into facts select generate_series(1, ${ROWS_BEFORE})`);
  await first.close();
  const running = join(root, 'running');
  cpSync(clean, running, { recursive: true });
  const second = await openDatabase({ dataDir: running, logger });
  await second.pool.query(`insert into facts select generate_series(5001, ${5000 + ROWS_AFTER})`);
  cpSync(running, crashed, { recursive: true });
  rmSync(join(crashed, 'database/lock.json'));
  await second.close();
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

function takeDamage(from: string, harm: (pgdata: string) => void): void {
  rmSync(damaged, { recursive: true, force: true });
  cpSync(from, damaged, { recursive: true });
  harm(join(damaged, 'database/pgdata'));
}

function eachLogFile(pgdata: string, harm: (path: string) => void): void {
  const folder = join(pgdata, 'pg_wal');
  for (const name of readdirSync(folder)) if (/^[0-9A-F]{24}$/.test(name)) harm(join(folder, name));
}

const zeroLog = (pgdata: string): void => eachLogFile(pgdata, (path) => writeFileSync(path, Buffer.alloc(16 << 20)));
const cutControl = (pgdata: string): void => truncateSync(join(pgdata, 'global/pg_control'), 100);

function zeroLogAndControl(pgdata: string): void {
  zeroLog(pgdata);
  cutControl(pgdata);
}

/** What a start says, after it has been seen to name the folder and to keep the engine's own words to itself. */
async function refusal(): Promise<string> {
  const error: unknown = await openDatabase({ dataDir: damaged, logger }).then(
    (database) => database.close(),
    (reason: unknown) => reason,
  );
  const { message } = error as Error;
  expect(message).toContain(join(damaged, 'database'));
  expect(message).not.toMatch(/Aborted|ASSERTIONS|failed to initialize/);
  return message;
}

async function countFacts(): Promise<number> {
  const database = await openDatabase({ dataDir: damaged, logger });
  try {
    await database.pool.query('insert into facts values (100000)');
    const { rows } = await database.pool.query<{ count: string }>('select count(*) from facts');
    return Number(rows[0]?.count) - 1;
  } finally {
    await database.close();
  }
}

it.each<[string, 'clean' | 'crashed', (pgdata: string) => void, RegExp, number]>([
  ['a log of zeros after a clean stop', 'clean', zeroLog, /write-ahead log .*is damaged/, ROWS_BEFORE],
  [
    'no log folder',
    'clean',
    (pgdata) => rmSync(join(pgdata, 'pg_wal'), { recursive: true }),
    /pg_wal is missing/,
    ROWS_BEFORE,
  ],
  [
    'a control file that is cut off',
    'crashed',
    cutControl,
    /pg_control is missing, cut off or damaged/,
    ROWS_BEFORE + ROWS_AFTER,
  ],
  [
    'settings that are gone',
    'clean',
    (pgdata) => rmSync(join(pgdata, 'postgresql.conf')),
    /pgdata lacks postgresql\.conf/,
    ROWS_BEFORE,
  ],
])(
  '%s: is told in words, and mended without loss',
  async (_what, from, harm, words, rows) => {
    takeDamage(from === 'clean' ? clean : crashed, harm);
    const told = await refusal();
    expect(told).toMatch(words);
    expect(told).toContain(`npx visavis database repair --data-dir ${damaged}`);
    const done = await repairDatabase(damaged, logger);
    expect(done.join(' ')).toMatch(/othing is lost/);
    expect(readdirSync(join(damaged, 'database')).some((name) => name.startsWith('pgdata.damaged-'))).toBe(true);
    expect(await countFacts()).toBe(rows);
  },
  120_000,
);

it('a log that is lost after a crash costs what was only in it, which is said', async () => {
  takeDamage(crashed, zeroLog);
  expect(await refusal()).toMatch(/write-ahead log/);
  const done = await repairDatabase(damaged, logger);
  expect(done.join(' ')).toMatch(/may be missing/);
  const rows = await countFacts();
  expect(rows).toBeGreaterThanOrEqual(ROWS_BEFORE);
  expect(rows).toBeLessThanOrEqual(ROWS_BEFORE + ROWS_AFTER);
}, 120_000);

it.each<[string, (pgdata: string) => void, RegExp]>([
  ['the log and the control file', (pgdata) => zeroLogAndControl(pgdata), /pg_control/],
  ['the tables', (pgdata) => rmSync(join(pgdata, 'base'), { recursive: true }), /pgdata lacks base\. .*backup/],
  ['the map of the tables', (pgdata) => rmSync(join(pgdata, 'global/pg_filenode.map')), /pg_filenode\.map\. .*backup/],
])(
  'of %s nothing can be made again, and nothing is touched',
  async (_what, harm, words) => {
    takeDamage(clean, harm);
    expect(await refusal()).toMatch(words);
    const before = readFileSync(join(damaged, 'database/pgdata/PG_VERSION'), 'utf8');
    await expect(repairDatabase(damaged, logger)).rejects.toThrow(/cannot be mended: .*backup/);
    expect(readFileSync(join(damaged, 'database/pgdata/PG_VERSION'), 'utf8')).toBe(before);
  },
  120_000,
);

it('what is no fault of the files is told, and nothing is copied or reset', async () => {
  takeDamage(clean, () => {});
  const running = await openDatabase({ dataDir: damaged, logger });
  await running.pool.query('drop schema drizzle cascade');
  await expect(repairDatabase(damaged, logger)).rejects.toThrow(/in use by process/);
  await running.close();
  // Its tables are there, and nothing remembers that they were made.
  await expect(repairDatabase(damaged, logger)).rejects.toThrow(/create|exist/i);
  expect(readdirSync(join(damaged, 'database')).filter((name) => name.startsWith('pgdata.'))).toEqual([]);
}, 120_000);

it.each<[string, () => void, RegExp]>([
  [
    'a stamp that is no JSON',
    () => writeFileSync(join(damaged, 'database/format.json'), '{'),
    /format\.json .*damaged/,
  ],
  ['a file in place of the engine folder', () => replaceWithFile(), /pgdata is not a folder.*backup/],
  [
    'an empty version',
    () => truncateSync(join(damaged, 'database/pgdata/PG_VERSION'), 0),
    /PG_VERSION is missing, empty or damaged/,
  ],
])('%s is told in words', async (_what, harm, words) => {
  takeDamage(clean, () => {});
  harm();
  expect(await refusal()).toMatch(words);
});

function replaceWithFile(): void {
  rmSync(join(damaged, 'database/pgdata'), { recursive: true });
  writeFileSync(join(damaged, 'database/pgdata'), 'x');
}

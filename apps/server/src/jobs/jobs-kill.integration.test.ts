import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db/database.ts';
import { newDataDir } from '../db/testing/embedded-folder.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../db/testing/postgres-server.ts';
import { silent } from '../db/testing/silent-logger.ts';
import { warnSkipped } from '../db/testing/test-databases.ts';
import { WORK_TABLE, WorkRows } from './testing/work-rows.ts';

const WORKER = fileURLToPath(new URL('./testing/worker-process.ts', import.meta.url));
const WAIT = { timeout: 170_000, interval: 50 };

type Worker = { readonly child: ChildProcess; readonly lines: string[] };
const workers: Worker[] = [];

function startWorker(place: string, workMs: number): Worker {
  const child = spawn(process.execPath, [WORKER, place, String(workMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  const worker = { child, lines };
  workers.push(worker);
  return worker;
}

async function end({ child }: Worker, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const told = (worker: Worker, word: string): string[] =>
  worker.lines.filter((line) => line.startsWith(word)).map((line) => line.split(' ').at(-1) ?? '');

afterEach(async () => {
  for (const worker of workers.splice(0)) await end(worker, 'SIGKILL');
});

const postgres = findPostgres();
if (!postgres) warnSkipped('workers that are killed');

describe.skipIf(!postgres)('workers on one PostgreSQL database', () => {
  let server: PostgresServer;
  let url = '';
  let db: Database;
  let rows: WorkRows;
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.newDatabase();
    db = await openDatabase({ databaseUrl: url, logger: silent });
    await db.pool.query(WORK_TABLE);
    rows = new WorkRows(db);
  });
  afterEach(() => db.close());

  test('share what waits: nothing is lost, nothing done twice', { timeout: 300_000 }, async () => {
    for (let count = 0; count < 50; count += 1) await rows.add(`key-${count}`);
    const [first, second] = [startWorker(url, 10), startWorker(url, 10)];
    await expect.poll(async () => Object.values(await rows.all()), WAIT).toEqual(Array(50).fill(1));
    await Promise.all([end(first, 'SIGTERM'), end(second, 'SIGTERM')]);
    for (const worker of [first, second]) expect(told(worker, 'did').length).toBeGreaterThan(0);
    expect([...told(first, 'did'), ...told(second, 'did')]).toHaveLength(50);
  });

  test('take over from one that is killed in the middle, and refuse one that was only held up', {
    timeout: 180_000,
  }, async () => {
    await rows.add('killed');
    const dead = startWorker(url, 600_000);
    await expect.poll(() => told(dead, 'has'), WAIT).toEqual(['killed']);
    await rows.add('frozen');
    const frozen = startWorker(url, 1_500);
    await expect.poll(() => told(frozen, 'has'), WAIT).toEqual(['frozen']);
    frozen.child.kill('SIGSTOP');
    await end(dead, 'SIGKILL');
    const heir = startWorker(url, 0);
    await expect.poll(() => rows.all(), WAIT).toEqual({ killed: 1, frozen: 1 });
    frozen.child.kill('SIGCONT');
    await expect.poll(() => told(frozen, 'was refused'), WAIT).toEqual(['frozen']);
    expect(told(heir, 'did').sort()).toEqual(['frozen', 'killed']);
    expect(await rows.all()).toEqual({ killed: 1, frozen: 1 });
  });
});

test('on the embedded database what a killed process had is done at the next start, once', {
  timeout: 180_000,
}, async () => {
  const dataDir = await newDataDir();
  const opened = () => openDatabase({ dataDir, logger: silent });
  let db = await opened();
  await db.pool.query(WORK_TABLE);
  for (const key of ['a', 'b', 'c']) await new WorkRows(db).add(key);
  await db.close();
  const dead = startWorker(dataDir, 600_000);
  await expect.poll(() => told(dead, 'has').length, WAIT).toBe(1);
  await end(dead, 'SIGKILL');
  const heir = startWorker(dataDir, 0);
  await expect.poll(() => told(heir, 'did').sort(), WAIT).toEqual(['a', 'b', 'c']);
  await end(heir, 'SIGTERM');
  db = await opened();
  expect(await new WorkRows(db).all()).toEqual({ a: 1, b: 1, c: 1 });
  await db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

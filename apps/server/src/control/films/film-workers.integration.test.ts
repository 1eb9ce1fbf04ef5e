import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { projectMembers, users } from '../../db/account-schema.ts';
import { type Database, openDatabase } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../db/testing/postgres-server.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { warnSkipped } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { type ClaimedFilm, FilmJobs } from './film-jobs.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

const WORKER = fileURLToPath(new URL('./testing/film-worker-process.ts', import.meta.url));
const WAIT = { timeout: 150_000, interval: 50 };
const START = 1_000_000;
const PRICE = 3_000;
const RESULT = { sha256: 'a'.repeat(64), bytes: 4, durationMs: 2100, widthPx: 64, heightPx: 64 };

const postgres = findPostgres();
if (!postgres) warnSkipped('film workers that are killed');

describe.skipIf(!postgres)('film workers on one PostgreSQL database', () => {
  let server: PostgresServer;
  let url = '';
  let db: Database;
  let folder = '';
  let blobs: BlobStore;
  const workers: { readonly child: ChildProcess; made: number }[] = [];

  beforeAll(async () => {
    server = await startPostgres(postgres as string);
    url = await server.newDatabase();
    db = await openDatabase({ databaseUrl: url, logger: silent });
    folder = await mkdtemp(join(tmpdir(), 'visavis-film-workers-'));
    blobs = await openFolderStore(join(folder, 'store'));
  });
  afterEach(async () => {
    for (const { child } of workers.splice(0)) await end(child, 'SIGKILL');
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const startWorker = (workMs: number) => {
    const child = spawn(process.execPath, [WORKER, url, folder, String(workMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const worker = { child, made: 0 };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      worker.made += text.split('makes').length - 1;
    });
    workers.push(worker);
    return worker;
  };
  const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };

  const jobs = () => new FilmJobs(db, { pointsPerMinute: 60 });
  const films = () =>
    new Films({
      db,
      jobs: jobs(),
      blobs,
      quotas: { fileMbPerProject: 1 },
      disk: ENDLESS_DISK,
      logger: silent,
      isCharging: true,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      callbacks: NO_CALLBACKS,
      onQueued() {},
      onCancelled() {},
    });
  const order = async (count: number): Promise<string> => {
    const projectId = newPublicId();
    await db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    await db.orm.insert(wallets).values({ projectId, isUnlimited: false, balance: START });
    const picture = { kind: 'avatar', avatarId: 'a'.repeat(32) } as const;
    const sound = { kind: 'data', bytes: Buffer.from('sound') } as const;
    for (let index = 0; index < count; index += 1) {
      await films().order({ projectId, licenceId: '', picture, sound, options: {} });
    }
    return projectId;
  };
  /** How often each film of a project was paid for, and what is left. */
  const account = async (projectId: string) => {
    const { rows } = await db.pool.query<{ state: string; entries: number; charged: number }>(
      `select state, charged::int, (select count(*)::int from ledger_entries where source_id = films.id) as entries
       from films where project_id = $1`,
      [projectId],
    );
    const { rows: left } = await db.pool.query<{ balance: number }>(
      'select balance::int as balance from wallets where project_id = $1',
      [projectId],
    );
    return { films: rows, spent: START - (left[0]?.balance ?? 0) };
  };
  const paidOnce = (count: number) => ({
    films: Array(count).fill({ state: 'done', entries: 1, charged: PRICE }),
    spent: count * PRICE,
  });

  test('make each film once and are paid for it once, though one of them is killed in the middle', {
    timeout: 200_000,
  }, async () => {
    const dead = startWorker(600_000);
    const projectId = await order(6);
    await expect.poll(() => dead.made, WAIT).toBeGreaterThan(0);
    const alive = startWorker(50);
    await end(dead.child, 'SIGKILL');
    await expect.poll(() => account(projectId), WAIT).toEqual(paidOnce(6));
    expect(alive.made).toBe(6);
  });

  test('share a queue of films, of which none is made twice', { timeout: 200_000 }, async () => {
    const projectId = await order(24);
    const [first, second] = [startWorker(100), startWorker(100)];
    await expect.poll(() => account(projectId), WAIT).toEqual(paidOnce(24));
    expect([first.made + second.made, first.made > 0, second.made > 0]).toEqual([24, true, true]);
  });

  test('a project that changes hands while its film is made leaves the film whose it was', async () => {
    const projectId = await order(1);
    const turns = await jobs().waiting();
    const film = await jobs().claim(turns[0] ?? '');
    const userId = newPublicId();
    await db.orm.insert(users).values({ id: userId, email: `${userId}@example.org`, name: 'User' });
    await db.orm.insert(projectMembers).values({ projectId, userId, role: 'owner' });
    // No other turn takes what this one makes.
    expect(await jobs().waiting()).toEqual(turns);
    expect(await jobs().succeed(film as ClaimedFilm, RESULT)).toBe(true);
  });

  test('what the films under way will cost is set apart: the same points begin no two films that ask at once', async () => {
    const projectId = await order(4);
    await db.pool.query('update wallets set balance = 90000 where project_id = $1', [projectId]);
    const begun: ClaimedFilm[] = [];
    for (const turn of await jobs().waiting()) {
      const film = await jobs().claim(turn);
      if (film !== null) begun.push(film);
    }
    const answers = await Promise.all(begun.map((film) => jobs().afford(film, 40_000)));
    const codes = answers.map((answer) => answer?.code ?? 'begins').sort();
    expect(codes).toEqual(['begins', 'begins', 'too-few-points', 'too-few-points']);
    // What one of them leaves by failing is there for another.
    const [first] = begun.filter((_film, index) => answers[index] === null);
    const [refused] = begun.filter((_film, index) => answers[index] !== null);
    await jobs().fail(first as ClaimedFilm, { code: 'no-face', message: 'None.' });
    expect(await jobs().afford(refused as ClaimedFilm, 40_000)).toBeNull();
    await db.pool.query('delete from films where project_id = $1', [projectId]);
  });

  test('a film that is cancelled as it is done is one of both: paid for and done, or neither', async () => {
    const projectId = await order(20);
    for (const turn of await jobs().waiting()) {
      for (let film = await jobs().claim(turn); film !== null; film = await jobs().claim(turn)) {
        const [isDone, { state }] = await Promise.all([
          jobs().succeed(film, RESULT),
          films().cancel(projectId, film.filmId),
        ]);
        expect(state).toBe(isDone ? 'done' : 'cancelled');
      }
    }
    const { films: all, spent } = await account(projectId);
    for (const { state, entries, charged } of all) {
      expect([entries, charged]).toEqual(state === 'done' ? [1, PRICE] : [0, 0]);
    }
    expect([all.length, spent]).toEqual([20, PRICE * all.filter(({ state }) => state === 'done').length]);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@visavis/media/core';
import { wavFile } from '@visavis/media/testing';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENDLESS_DISK } from '../../apps/server/src/control/disk/disk-watch.ts';
import { FilmJobs } from '../../apps/server/src/control/films/film-jobs.ts';
import { Films } from '../../apps/server/src/control/films/films.ts';
import { NO_CALLBACKS } from '../../apps/server/src/control/films/testing/no-callbacks.ts';
import { newPublicId } from '../../apps/server/src/control/ids.ts';
import { createSignedLinks } from '../../apps/server/src/control/secrets/signed-links.ts';
import { type Database, openDatabase } from '../../apps/server/src/db/database.ts';
import { projects } from '../../apps/server/src/db/schema.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import { warnSkipped } from '../../apps/server/src/db/testing/test-databases.ts';
import { wallets } from '../../apps/server/src/db/usage-schema.ts';
import { connectBlobStore } from '../../apps/server/src/files/open-blob-store.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from '../../apps/server/src/files/testing/s3-server.ts';
import { avatarPhoto, open } from '../../packages/face/src/testing/photos.ts';
import { childrenOf, processesOf } from '../support/making-processes.ts';

/** More of both take longer than a test should: `VISAVIS_FILMS=50 VISAVIS_KILLS=20`. */
const FILMS = Number(process.env.VISAVIS_FILMS ?? 6);
const KILLS = Number(process.env.VISAVIS_KILLS ?? 3);
const REPOSITORY = join(import.meta.dirname, '../..');
/** Of the films. */
const LENGTH_S = 3;
const START = 10_000_000;
const WAIT = { timeout: 3_000_000, interval: 250 };
const SOON = { ...WAIT, interval: 50 };
const LONG = { timeout: 3_600_000 };
const TITLE = 'workers that make films share a database and a bucket, and are killed';

const [postgres, rclone] = [findPostgres(), findS3Server()];
if (!postgres) warnSkipped(TITLE);
if (!rclone) warnNoS3(TITLE);

type Worker = { readonly child: ChildProcess; readonly dataDir: string; readonly made: Set<string> };

describe.skipIf(!postgres || !rclone)('processes with ROLE=worker on one PostgreSQL database and one bucket', () => {
  let database: PostgresServer;
  let s3: S3Server;
  let files: Server;
  let db: Database;
  let bucket: Awaited<ReturnType<S3Server['newBucket']>>;
  let settings: Record<string, string> = {};
  let workers: Worker[] = [];

  beforeAll(async () => {
    [database, s3] = [await startPostgres(postgres as string), await startS3Server(rclone as string)];
    const photo = await open(await avatarPhoto('rafael'))
      .resize(96, 96)
      .png()
      .toBuffer();
    const delays = { delay: [100, 100, 100, 100] };
    const clip = await sharp([photo, photo, photo, photo], { join: { animated: true } })
      .gif(delays)
      .toBuffer();
    const sound = Buffer.from(wavFile([new Int16Array(LENGTH_S * 8000)], 8000));
    files = createServer((request, response) => response.end(request.url === '/clip.gif' ? clip : sound));
    await new Promise<void>((resolve) => files.listen(0, resolve));
  });
  beforeAll(async () => {
    bucket = await s3.newBucket();
    settings = {
      DATABASE_URL: await database.newDatabase(),
      MASTER_KEY: 'ab'.repeat(32),
      FETCH_PRIVATE_HOSTS: 'localhost',
      S3_ENDPOINT: bucket.endpoint ?? '',
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.secretAccessKey(),
    };
    db = await openDatabase({ databaseUrl: settings.DATABASE_URL ?? '', logger: silent });
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await kill(worker);
  });
  afterAll(async () => {
    await db?.close();
    await s3?.stop();
    await database?.stop();
    files?.close();
  });

  const startWorker = (): Worker => {
    const dataDir = join(tmpdir(), `visavis-film-worker-${newPublicId()}`);
    const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
      cwd: REPOSITORY,
      env: { ...process.env, ROLE: 'worker', DATA_DIR: dataDir, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const worker = { child, dataDir, made: new Set<string>() };
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${printed}${text}`.split('\n');
      printed = lines.pop() ?? '';
      for (const line of lines) {
        if (line.includes('A film was made')) worker.made.add(/[0-9a-f]{32}/.exec(line)?.[0] ?? line);
      }
    });
    workers.push(worker);
    return worker;
  };
  /** Ends it, and takes its folder away once those who made films in it have noticed, and ended, too. */
  const kill = async ({ child, dataDir }: Worker): Promise<void> => {
    const makers = await childrenOf(child.pid, 'film-child');
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    const left = async () => (await processesOf('film-child')).filter((pid) => makers.includes(pid));
    await expect.poll(left, SOON).toEqual([]);
    await rm(dataDir, { recursive: true, force: true });
  };

  /** Films of several people, whose turns are apart. */
  const order = async (count: number): Promise<string[]> => {
    const films = new Films({
      db,
      jobs: new FilmJobs(db, { pointsPerMinute: 60 }),
      disk: ENDLESS_DISK,
      logger: silent,
      blobs: await connectBlobStore({ dataDir: '', s3: bucket }),
      quotas: { fileMbPerProject: 1 },
      isCharging: true,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      callbacks: NO_CALLBACKS,
      onQueued() {},
      onCancelled() {},
    });
    const people = await Promise.all(
      [0, 1, 2].map(async () => {
        const id = newPublicId();
        await db.orm.insert(projects).values({ id, name: 'Shop' });
        await db.orm.insert(wallets).values({ projectId: id, isUnlimited: false, balance: START });
        return id;
      }),
    );
    const at = (path: string): string => `http://localhost:${(files.address() as AddressInfo).port}${path}`;
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const film = await films.order({
        projectId: people[index % people.length] ?? '',
        licenceId: '',
        options: {},
        picture: { kind: 'video', url: at('/clip.gif') },
        sound: { kind: 'url', url: at('/sound.wav') },
      });
      ids.push(film.filmId);
    }
    return ids;
  };
  const states = async (ids: readonly string[]) => {
    const { rows } = await db.pool.query<{ state: string; count: number }>(
      'select state, count(*)::int as count from films where id = any($1) group by state',
      [ids],
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  };
  /** Each is done, stored and paid for once, by the second, and nothing else was taken. */
  const expectOnce = async (ids: readonly string[]): Promise<void> => {
    const { rows } = await db.pool.query<{ paid: number; entries: number; charged: number; spent: number }>(
      `select (select -sum(amount)::int from ledger_entries where source_id = any($1)) as paid,
         (select count(*)::int from ledger_entries where source_id = any($1)) as entries,
         (select sum(charged)::int from films where id = any($1)) as charged,
         (select sum($2 - balance)::int from wallets
          where project_id in (select project_id from films where id = any($1))) as spent`,
      [ids, START],
    );
    const { paid = 0, entries, charged, spent } = rows[0] ?? {};
    expect([entries, charged, spent]).toEqual([ids.length, paid, paid]);
    const store = await connectBlobStore({ dataDir: '', s3: bucket });
    const stored: string[] = [];
    for await (const { owner } of store.list('films')) if (ids.includes(owner)) stored.push(owner);
    expect(stored.toSorted()).toEqual(ids.toSorted());
    await store.close();
  };

  test('share films: each is made once, and both make some', LONG, async () => {
    const ids = await order(FILMS);
    const [first, second] = [startWorker(), startWorker()];
    await expect.poll(() => states(ids), WAIT).toEqual({ done: FILMS });
    const made = [...first.made, ...second.made];
    console.log(`${FILMS} films: one worker made ${first.made.size}, the other one ${second.made.size}.`);
    expect(made.toSorted()).toEqual(ids.toSorted());
    expect(Math.min(first.made.size, second.made.size)).toBeGreaterThan(0);
    await expectOnce(ids);
  });

  /** A worker with a film under way, whose process is alive; no film is at its last attempt. */
  const inMidJob = async (): Promise<{ readonly worker: Worker; readonly maker: number } | null> => {
    const { rows } = await db.pool.query<{ left: number | null }>(
      `select min(attempts_left)::int as left from films where state in ('waiting', 'running')`,
    );
    if ((rows[0]?.left ?? 0) < 1) return null;
    for (const worker of workers) {
      const [maker] = await childrenOf(worker.child.pid, 'film-child');
      if (maker !== undefined) return { worker, maker };
    }
    return null;
  };

  test(
    'are killed while they make films, or what makes one: each film is done, once, and paid for once',
    LONG,
    async () => {
      const random = seededRandom('kills of workers');
      const ids = await order(2 + KILLS);
      startWorker();
      startWorker();
      const kills = { workers: 0, makers: 0 };
      const areDone = async (): Promise<boolean> => (await states(ids)).done === ids.length;
      while (kills.workers + kills.makers < KILLS && !(await areDone())) {
        await expect.poll(async () => (await inMidJob()) !== null || areDone(), SOON).toBe(true);
        await delay(1500 * random());
        const found = await inMidJob();
        if (found === null) continue;
        if (random() < 0.5) {
          process.kill(found.maker, 'SIGKILL');
          kills.makers += 1;
        } else {
          await kill(found.worker);
          workers = workers.filter((worker) => worker !== found.worker);
          kills.workers += 1;
          startWorker();
        }
      }
      expect(kills.workers + kills.makers).toBe(KILLS);
      await expect.poll(() => states(ids), WAIT).toEqual({ done: ids.length });
      const { rows } = await db.pool.query<{ again: number }>(
        'select count(*)::int as again from films where id = any($1) and attempt > 1',
        [ids],
      );
      console.log(`${ids.length} films, ${JSON.stringify(kills)} killed: ${rows[0]?.again} films were begun again.`);
      expect(rows[0]?.again).toBeGreaterThan(0);
      await expectOnce(ids);
    },
  );
});

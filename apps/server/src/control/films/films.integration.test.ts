import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { JOBS } from '../../jobs/definitions.ts';
import { createMakingTurns } from '../../jobs/handlers/making-turns.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { createSharedPlaces } from '../../jobs/shared-places.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { type ClaimedFilm, FilmJobs } from './film-jobs.ts';
import type { FilmOrder } from './film-order.ts';
import { type FilmRunner, FilmWorkshop } from './film-workshop.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

const RESULT = { sha256: 'a'.repeat(64), bytes: 1000, durationMs: 2100, widthPx: 64, heightPx: 64 };
const KEYS = [{ keyId: 'test', bytes: Buffer.alloc(32, 7) }] as const;
const START = 100_000;

/** On a machine that is busy elsewhere, the pauses between tries are the least of it. */
const PATIENT = { timeout: 120_000 };

describeOnBothDatabases('films', (context) => {
  let folder: string;
  let blobs: BlobStore;
  /** What films are given: the store, or one that fails. */
  let store: BlobStore;
  let projectId: string;
  let run: FilmRunner;
  const opened: Jobs[] = [];
  const rows = () => new FilmJobs(context.db, { pointsPerMinute: 60 });
  const filmOptions = (jobs: FilmJobs) => ({
    db: context.db,
    jobs,
    blobs,
    quotas: { fileMbPerProject: 1 },
    disk: ENDLESS_DISK,
    logger: silent,
    isCharging: true,
    callbacks: NO_CALLBACKS,
    links: createSignedLinks(KEYS, 'test'),
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-films-'));
    blobs = await openFolderStore(join(folder, 'store'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from projects`);
    projectId = await newProject();
    store = blobs;
    run = async ({ outPath }) => {
      await writeFile(outPath, 'film');
      return { kind: 'made', durationMs: 2100, widthPx: 64, heightPx: 64 };
    };
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
  });

  const newProject = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId: id, isUnlimited: false, balance: START });
    return id;
  };

  const open = () => {
    const jobs = rows();
    const workshop = new FilmWorkshop({
      jobs,
      blobs: store,
      folder: join(folder, 'work'),
      cacheFolder: folder,
      disk: ENDLESS_DISK,
      logger: silent,
      catalogue: { get: async () => ({ state: 'ready', bundlePath: folder }) as never },
      fetch: () => Promise.reject(new Error('nothing is fetched here')),
      run: (task, options) => run(task, options),
    });
    const turns = createMakingTurns({
      definition: JOBS.films,
      jobs,
      workshop,
      places: createSharedPlaces(1).forKind(),
    });
    const queue = new Jobs({ db: context.db, handlers: [turns], logger: silent });
    opened.push(queue);
    const films = new Films({
      ...filmOptions(jobs),
      onQueued: (turn) => queue.wake(JOBS.films.name, turn),
      onCancelled: (filmId) => workshop.stop(filmId),
    });
    return { films, queue, jobs };
  };

  const order = (changes: Partial<FilmOrder> = {}): FilmOrder => ({
    projectId,
    licenceId: '',
    options: {},
    picture: { kind: 'avatar', avatarId: 'a'.repeat(32) },
    sound: { kind: 'data', bytes: Buffer.from('sound') },
    ...changes,
  });

  const balance = async (): Promise<number> => {
    const { rows: found } = await context.db.pool.query<{ balance: number }>(
      'select balance::float8 as balance from wallets where project_id = $1',
      [projectId],
    );
    return found[0]?.balance ?? -1;
  };

  /** Orders one and begins its next attempt, by nobody's hand. */
  const claim = async (): Promise<ClaimedFilm> => {
    const [turn = ''] = await rows().waiting();
    const film = await rows().claim(turn);
    if (film === null) throw new Error('there is no film');
    return film;
  };
  const orderOnly = (changes?: Partial<FilmOrder>) =>
    new Films({
      ...filmOptions(rows()),
      onQueued() {},
      onCancelled() {},
    }).order(order(changes));

  test('an order becomes a film that a link opens, and its sound and its work folder are gone', async () => {
    const { films, queue } = open();
    const { filmId } = await films.order(order());
    await queue.runDue(JOBS.films.name);
    const film = await films.standing(projectId, filmId);
    expect(film).toMatchObject({
      state: 'done',
      progress: 1,
      durationMs: 2100,
      bytes: 4,
      charged: 3000,
      queuePosition: 0,
    });
    const query = new URLSearchParams((films.link(film) ?? '').split('?')[1]);
    const opens = async (id: string) =>
      (await films.open(id, query.get('expires') ?? '', query.get('signature') ?? ''))?.file.bytes ?? null;
    expect([await opens(filmId), await opens(newPublicId())]).toEqual([4, null]);
    const stored: string[] = [];
    for await (const { owner } of blobs.list('films')) if (owner === filmId) stored.push(owner);
    expect([stored.length, await readdir(join(folder, 'work'))]).toEqual([1, []]);
    await films.remove(projectId, filmId);
    await films.close();
    expect(await opens(filmId)).toBeNull();
  });

  test('what is done is charged, once, with the change to done: neither without the other', async () => {
    await orderOnly();
    const lost = await claim();
    // Its server died: the next turn begins another attempt, and the former one may write no more.
    const film = await claim();
    expect([lost.attempt, film.attempt, film.attemptsLeft]).toEqual([1, 2, 1]);
    expect([await rows().succeed(lost, RESULT), await rows().report(lost, 0.5, 'late'), await balance()]).toEqual([
      false,
      false,
      START,
    ]);
    await context.db.pool.query('alter table ledger_entries rename to ledger_hidden');
    await expect(rows().succeed(film, RESULT)).rejects.toThrow();
    await context.db.pool.query('alter table ledger_hidden rename to ledger_entries');
    const { rows: states } = await context.db.pool.query('select state from films');
    expect([states, await balance()]).toEqual([[{ state: 'running' }], START]);
    // A point a second; a second that has begun counts.
    expect([await rows().succeed(film, RESULT), await balance()]).toEqual([true, START - 3000]);
    expect([await rows().succeed(film, RESULT), await balance()]).toEqual([false, START - 3000]);
  });

  test('what breaks off is tried three times, then fails with a reason and costs nothing', async () => {
    let tries = 0;
    run = async () => {
      tries += 1;
      return { kind: 'broke', detail: 'it broke' };
    };
    const { films, queue } = open();
    const { filmId } = await films.order(order());
    await expect
      .poll(async () => {
        await queue.runDue(JOBS.films.name);
        return (await films.get(projectId, filmId)).state;
      }, PATIENT)
      .toBe('failed');
    const { error, errorCode } = await films.get(projectId, filmId);
    expect([tries, errorCode, error, await balance()]).toEqual([
      3,
      'broke-off',
      expect.stringContaining('three times'),
      START,
    ]);
  });

  test('a store and a database that are away for a moment cost a finished film nothing: it is kept until they are back', async () => {
    const faults = { put: 3, succeed: 2 };
    store = {
      ...blobs,
      async putFile(...given) {
        faults.put -= 1;
        if (faults.put >= 0) throw new BlobStoreError('the store is down');
        return blobs.putFile(...given);
      },
    };
    let made = 0;
    const runBefore = run;
    run = (...given) => {
      made += 1;
      return runBefore(...given);
    };
    const { films, queue, jobs } = open();
    const succeed = jobs.succeed.bind(jobs);
    jobs.succeed = async (...given) => {
      faults.succeed -= 1;
      if (faults.succeed >= 0) throw new Error('Connection terminated unexpectedly');
      return succeed(...given);
    };
    const { filmId } = await films.order(order());
    await queue.runDue(JOBS.films.name);
    expect(await films.get(projectId, filmId)).toMatchObject({ state: 'done', charged: 3000 });
    const { rows: attempts } = await context.db.pool.query('select attempt, attempts_left from films');
    expect([made, attempts, await balance()]).toEqual([1, [{ attempt: 1, attempts_left: 2 }], START - 3000]);
  });

  test('a store that is down when a film begins costs it no attempt, however often, and ever longer pauses', async () => {
    let isDown = true;
    store = {
      ...blobs,
      async find(...given) {
        if (isDown) throw new BlobStoreError('the store is down');
        return blobs.find(...given);
      },
    };
    const { films, queue } = open();
    const { filmId } = await films.order(order());
    const pauses: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      await queue.runDue(JOBS.films.name);
      const { rows: found } = await context.db.pool.query<{ state: string; left: number; pause: number }>(
        `select state, attempts_left as left, round(extract(epoch from due_at - now()))::int as pause from films`,
      );
      expect(found).toMatchObject([{ state: 'waiting', left: 3 }]);
      pauses.push(found[0]?.pause ?? 0);
      await context.db.pool.query('update films set due_at = now()');
    }
    expect(pauses.slice(1).every((pause, index) => pause > (pauses[index] ?? 0))).toBe(true);
    isDown = false;
    await queue.runDue(JOBS.films.name);
    expect(await films.get(projectId, filmId)).toMatchObject({ state: 'done', error: null });
  });

  test('an order that is durable keeps its sound, whatever fails after it', async () => {
    const { films, queue, jobs } = open();
    jobs.turnOf = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    const { filmId } = await films.order(order());
    await films.close();
    await queue.runDue(JOBS.films.name);
    expect(await films.get(projectId, filmId)).toMatchObject({ state: 'done' });
  });

  test('one that is cancelled is stopped at once and stays cancelled', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    let wasStopped = false;
    run = (_task, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          wasStopped = true;
          resolve({ kind: 'broke', detail: 'killed' });
        });
        begin();
      });
    const { films, queue } = open();
    const { filmId } = await films.order(order());
    await queue.runDue('none');
    queue.wake(JOBS.films.name, (await rows().turnOf(filmId)) ?? '');
    await begun;
    expect((await films.cancel(projectId, filmId)).state).toBe('cancelled');
    await queue.runDue(JOBS.films.name);
    expect([wasStopped, (await films.cancel(projectId, filmId)).state, await balance()]).toEqual([
      true,
      'cancelled',
      START,
    ]);
  });

  test('a film is its project’s alone', async () => {
    const { films } = open();
    const { filmId } = await orderOnly();
    const other = await newProject();
    for (const ask of ['get', 'standing', 'cancel', 'remove'] as const) {
      await expect(films[ask](other, filmId)).rejects.toMatchObject({ code: 'not-found' });
    }
    expect((await films.list(other, { limit: 10 })).films).toEqual([]);
    expect((await films.list(projectId, { limit: 10 })).films).toMatchObject([{ filmId }]);
  });

  test('the same order under one key is one film, however many come at once, and another under it is refused', async () => {
    const key = { idempotencyKey: 'k' };
    const orders = await Promise.all(Array.from({ length: 8 }, () => orderOnly(key)));
    expect(new Set(orders.map(({ filmId }) => filmId)).size).toBe(1);
    await expect(orderOnly({ ...key, options: { syncMode: 'bounce' } })).rejects.toMatchObject({ code: 'conflict' });
    const elsewhere = await orderOnly({ ...key, projectId: await newProject() });
    expect(elsewhere.filmId).not.toBe(orders[0]?.filmId);
  });

  test('fifty films of a project wait at most, however many are ordered at once, and it keeps what its quota allows', async () => {
    const sound = { kind: 'url', url: 'https://example.org/a.wav' } as const;
    const orders = await Promise.allSettled(Array.from({ length: 60 }, () => orderOnly({ sound })));
    const refused = orders.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatchObject({ reason: { code: 'too-many-attempts', statusCode: 429 } });
    projectId = await newProject();
    const large = { kind: 'data', bytes: Buffer.alloc(600_000) } as const;
    await orderOnly({ sound: large });
    await expect(orderOnly({ sound: large })).rejects.toMatchObject({ code: 'quota-reached' });
  });

  test('people take turns, however many films one of them has ordered', async () => {
    const sound = { kind: 'url', url: 'https://example.org/a.wav' } as const;
    const many = projectId;
    for (let count = 0; count < 12; count += 1) await orderOnly({ sound });
    const few = await newProject();
    await orderOnly({ sound, projectId: few });
    const made: string[] = [];
    const workshop = {
      hasRoom: true,
      async makeNext(turn: string) {
        const film = await rows().claim(turn);
        if (film === null) return;
        made.push(film.projectId);
        await rows().succeed(film, RESULT);
      },
    };
    const turns = createMakingTurns({
      definition: JOBS.films,
      jobs: rows(),
      workshop,
      places: createSharedPlaces(1).forKind(),
    });
    const queue = new Jobs({ db: context.db, handlers: [turns], logger: silent });
    await queue.runDue(JOBS.films.name);
    await queue.close();
    expect(made.filter((id) => id === many)).toHaveLength(12);
    expect(made.indexOf(few)).toBeLessThan(5);
  });

  test('two nodes share fifty films of several people: each is made once and paid for once', async () => {
    const made = new Map<string, number>();
    run = async ({ outPath, sound }) => {
      const { text } = sound as { readonly text: string };
      made.set(text, (made.get(text) ?? 0) + 1);
      await writeFile(outPath, text);
      return { kind: 'made', durationMs: 1000, widthPx: 64, heightPx: 64 };
    };
    const nodes = [open(), open()] as const;
    const others = [projectId, await newProject(), await newProject()];
    const say = (index: number) => ({ kind: 'text', text: `film ${index}`, voice: 'alloy', language: 'en' }) as const;
    for (let index = 0; index < 50; index += 1) {
      await nodes[index % 2]?.films.order(order({ sound: say(index), projectId: others[index % 3] ?? '' }));
    }
    await expect
      .poll(async () => {
        await Promise.all(nodes.map(({ queue }) => queue.runDue(JOBS.films.name)));
        const { rows: done } = await context.db.pool.query(`select 1 from films where state = 'done'`);
        return done.length;
      }, PATIENT)
      .toBe(50);
    const { rows: paid } = await context.db.pool.query<{ count: number; sum: number }>(
      `select count(*)::int as count, sum(amount)::int as sum from ledger_entries where kind = 'generation'`,
    );
    expect([paid, [...made.values()]]).toEqual([[{ count: 50, sum: -50_000 }], Array(50).fill(1)]);
  });

  test('films that were kept long enough are forgotten with their files', async () => {
    const { films, queue } = open();
    const [old, young] = [await films.order(order()), await films.order(order())];
    await queue.runDue(JOBS.films.name);
    await context.db.pool.query(`update films set created_at = now() - interval '31 days' where id = $1`, [old.filmId]);
    await films.sweep(Date.now() + 2 * 3_600_000);
    const left: string[] = [];
    for await (const { owner } of blobs.list('films')) left.push(owner);
    expect(left.filter((owner) => [old.filmId, young.filmId].includes(owner))).toEqual([young.filmId]);
    await expect(films.get(projectId, old.filmId)).rejects.toMatchObject({ code: 'not-found' });
  });
});

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { inParts } from '../../files/testing/conformance.ts';
import { workFolderName } from '../../files/work-folders.ts';
import { JOBS } from '../../jobs/definitions.ts';
import { createMakingTurns } from '../../jobs/handlers/making-turns.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { createSharedPlaces } from '../../jobs/shared-places.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { FilmJobs } from './film-jobs.ts';
import type { FilmOrder } from './film-order.ts';
import { FilmWorkshop, type FilmWorkshopOptions } from './film-workshop.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

const SOUND = Buffer.from('sound');

describeOnBothDatabases('the one place of a machine', (context) => {
  let folder: string;
  let blobs: BlobStore;
  let atOnce = 0;
  let mostAtOnce = 0;
  let files = Promise.withResolvers<void>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-film-places-'));
    blobs = await openFolderStore(join(folder, 'store'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => {
    files = Promise.withResolvers<void>();
    mostAtOnce = 0;
  });

  /** A sender who sends nothing before `files` says so. */
  const fetch: GuardedFetch = async ({ receive, signal }) => {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => reject(signal.reason));
    await Promise.race([files.promise, givenUp]);
    await receive?.(inParts(SOUND) as AsyncIterable<Buffer>, {});
    return { status: 200, headers: {}, contentType: '', body: Buffer.alloc(0), isCut: false, isPrivate: false };
  };
  const open = (openBundle?: FilmWorkshopOptions['openBundle']) => {
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 60 });
    const workshop = new FilmWorkshop({
      jobs,
      blobs,
      folder: join(folder, 'work'),
      cacheFolder: folder,
      disk: ENDLESS_DISK,
      logger: silent,
      fetch,
      asideAfterMs: 20,
      catalogue: { get: async () => ({ state: 'ready', bundlePath: folder }) as never },
      ...(openBundle === undefined ? {} : { openBundle }),
      async run({ outPath, picture }) {
        if (!existsSync(picture.path)) return { kind: 'refused', code: 'no-avatar', message: 'Its face is gone.' };
        atOnce += 1;
        mostAtOnce = Math.max(mostAtOnce, atOnce);
        await writeFile(outPath, 'film');
        atOnce -= 1;
        return { kind: 'made', durationMs: 1000, widthPx: 64, heightPx: 64 };
      },
    });
    const places = createSharedPlaces(1).forKind();
    const turns = createMakingTurns({ definition: JOBS.films, jobs, workshop, places });
    const queue = new Jobs({ db: context.db, handlers: [turns], logger: silent });
    const films = new Films({
      db: context.db,
      jobs,
      blobs,
      quotas: { fileMbPerProject: 1 },
      disk: ENDLESS_DISK,
      logger: silent,
      isCharging: true,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      callbacks: NO_CALLBACKS,
      onQueued: (turn) => queue.wake(JOBS.films.name, turn),
      onCancelled: (filmId) => workshop.stop(filmId),
    });
    return { films, queue, workshop };
  };
  const order = async (films: Films, sound: FilmOrder['sound']) => {
    const projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId, isUnlimited: true, balance: 0 });
    const picture = { kind: 'avatar', avatarId: 'a'.repeat(32) } as const;
    const { filmId } = await films.order({ projectId, licenceId: '', picture, sound, options: {} });
    return async () => (await films.get(projectId, filmId)).state;
  };

  test('films whose files come in slowly hold up nobody, and are made one after the other when they are there', async () => {
    const { films, queue } = open();
    await queue.runDue('none');
    const slow: (() => Promise<string>)[] = [];
    for (let count = 0; count < 3; count += 1) {
      slow.push(await order(films, { kind: 'url', url: `https://example.org/${count}.wav` }));
      await expect.poll(slow.at(-1) as () => Promise<string>).toBe('running');
    }
    const quick = await order(films, { kind: 'data', bytes: SOUND });
    await expect.poll(quick).toBe('done');
    expect(await Promise.all(slow.map((state) => state()))).toEqual(['running', 'running', 'running']);
    files.resolve();
    await expect.poll(() => Promise.all(slow.map((state) => state()))).toEqual(['done', 'done', 'done']);
    expect(mostAtOnce).toBe(1);
    await queue.close();
  });

  test('a server that ends while a film waits for its files leaves it to the next start', async () => {
    const { films, queue } = open();
    await queue.runDue('none');
    const state = await order(films, { kind: 'url', url: 'https://example.org/a.wav' });
    await expect.poll(state).toBe('running');
    await queue.close();
    expect(await state()).toBe('waiting');
  });

  test('a face that made room while its film waited for a sound is fetched again', async () => {
    const bundle = join(folder, 'bundle');
    const { films, queue } = open(async () => {
      await mkdir(bundle, { recursive: true });
      return { kind: 'open', path: bundle };
    });
    await queue.runDue('none');
    const state = await order(films, { kind: 'url', url: 'https://example.org/a.wav' });
    await expect.poll(() => existsSync(bundle)).toBe(true);
    await rm(bundle, { recursive: true });
    files.resolve();
    await expect.poll(state).toBe('done');
    await queue.close();
  });

  test('work folders that a killed process left are swept at once, those of living ones stay', async () => {
    const { queue, workshop } = open();
    await queue.close();
    const mine = workFolderName();
    // The same number, of a process that began at another time.
    const left = mine.replace(/-\d+\./, '-1.');
    for (const name of [mine, left]) await mkdir(join(folder, 'work', name, 'face'), { recursive: true });
    await workshop.sweep();
    const found = await readdir(join(folder, 'work'));
    expect(found).toEqual(process.platform === 'linux' ? [mine] : expect.arrayContaining([mine]));
    await rm(join(folder, 'work', mine), { recursive: true });
  });
});

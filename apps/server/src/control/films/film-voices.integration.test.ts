import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { films } from '../../db/film-schema.ts';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import { type BlobOwner, type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { keysIn } from '../../files/testing/conformance.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { fileBytes } from '../quotas/project-usage.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { FilmJobs } from './film-jobs.ts';
import { problemError } from './film-problem.ts';
import { type FilmTask, FilmWorkshop, type HostedSpeaker } from './film-workshop.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

describeOnBothDatabases('films of a text', (context) => {
  let folder: string;
  let blobs: BlobStore;
  let sounds: FilmTask['sound'][];
  let heard: string[];
  let speak: HostedSpeaker['speak'];
  /** Attempts that break off once all is there. */
  let breaks: number;
  let isStoreAway: boolean;
  let owner: BlobOwner;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-film-voices-'));
    blobs = await openFolderStore(join(folder, 'store'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => {
    sounds = [];
    heard = [];
    breaks = 0;
    isStoreAway = false;
    speak = async (words, path) => writeFile(path, `${words.voice}: ${words.text}`);
  });

  /** Orders a film that says something with a voice, and makes its attempts until it is over. */
  const film = async (voice: string) => {
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 60 });
    const places = { db: context.db, jobs, blobs, disk: ENDLESS_DISK, logger: silent };
    const workshop = new FilmWorkshop({
      ...places,
      folder: join(folder, 'work'),
      cacheFolder: folder,
      blobs: {
        ...blobs,
        find: (...given) => (isStoreAway ? Promise.reject(new BlobStoreError('away')) : blobs.find(...given)),
      },
      catalogue: { get: async () => ({ state: 'ready', bundlePath: folder }) as never },
      fetch: () => Promise.reject(new Error('nothing is fetched here')),
      hostedSpeaker: { speaks: (name) => name === 'bella', speak: (...given) => speak(...given) },
      async run({ outPath, sound }) {
        sounds.push(sound);
        if (sound.kind === 'file') heard.push(await readFile(sound.path, 'utf8'));
        breaks -= 1;
        if (breaks >= 0) return { kind: 'broke', detail: 'The process ended.' };
        await writeFile(outPath, 'film');
        return { kind: 'made', durationMs: 1000, widthPx: 64, heightPx: 64 };
      },
    });
    const orders = new Films({
      ...places,
      quotas: { fileMbPerProject: 1 },
      isCharging: true,
      callbacks: NO_CALLBACKS,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      onQueued() {},
      onCancelled() {},
    });
    const projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId, isUnlimited: false, balance: 100_000 });
    const { filmId } = await orders.order({
      projectId,
      licenceId: '',
      options: {},
      picture: { kind: 'avatar', avatarId: 'a'.repeat(32) },
      sound: { kind: 'text', text: 'Welcome!', voice, language: 'en' },
    });
    owner = { area: 'films', owner: filmId };
    const attempt = async () => {
      await context.db.pool.query('update films set due_at = now() where id = $1', [filmId]);
      const turn = await jobs.turnOf(filmId);
      if (turn !== null) await workshop.makeNext(turn, new AbortController().signal);
      return orders.get(projectId, filmId);
    };
    return attempt;
  };

  test('one of a voice that is elsewhere is spoken there, and all others where the film is made', async () => {
    expect((await (await film('bella'))()).state).toBe('done');
    expect((await (await film('alloy'))()).state).toBe('done');
    expect(sounds).toEqual([
      { kind: 'file', path: expect.stringMatching(/spoken\.wav$/) },
      { kind: 'text', text: 'Welcome!', voice: 'alloy', language: 'en' },
    ]);
  });

  test('what such a voice will not speak is told at once; one that is away is asked six times, and no attempt counts', async () => {
    speak = async () => {
      throw problemError('voice-refused');
    };
    expect(await (await film('bella'))()).toMatchObject({ state: 'failed', errorCode: 'voice-refused', charged: 0 });
    let asked = 0;
    speak = async () => {
      asked += 1;
      throw new Error('connect ECONNREFUSED 10.0.0.7:8880');
    };
    const attempt = await film('bella');
    for (let tries = 1; tries < 6; tries++) expect((await attempt()).state).toBe('waiting');
    const over = await attempt();
    expect([over, asked]).toMatchObject([{ state: 'failed', errorCode: 'voice-away', charged: 0 }, 6]);
    expect(over.error).not.toContain('10.0.0.7');
  });

  test('attempts that the store of files has ended are none of a voice that is away', async () => {
    speak = async () => {
      throw new Error('connect ECONNREFUSED 10.0.0.7:8880');
    };
    const attempt = await film('bella');
    isStoreAway = true;
    for (let tries = 1; tries <= 7; tries++) expect((await attempt()).state).toBe('waiting');
    isStoreAway = false;
    for (let tries = 1; tries < 6; tries++) expect((await attempt()).state).toBe('waiting');
    expect(await attempt()).toMatchObject({ state: 'failed', errorCode: 'voice-away' });
  });

  test('what such a voice has said is kept for all attempts, and goes with the film; none is asked while the store is away', async () => {
    let asked = 0;
    speak = async (words, path) => {
      asked += 1;
      await writeFile(path, words.text);
    };
    const attempt = await film('bella');
    isStoreAway = true;
    expect([(await attempt()).state, asked]).toEqual(['waiting', 0]);
    isStoreAway = false;
    breaks = 1;
    expect([(await attempt()).state, await keysIn(blobs, owner)]).toEqual(['waiting', [expect.any(String)]]);
    const [sound] = await keysIn(blobs, owner);
    const [ordered] = await context.db.orm.select().from(films).where(eq(films.id, owner.owner));
    expect(await fileBytes(context.db.orm, ordered?.projectId ?? '')).toBe('Welcome!'.length);
    expect((await attempt()).state).toBe('done');
    // The film itself, as the process wrote it.
    expect(await fileBytes(context.db.orm, ordered?.projectId ?? '')).toBe('film'.length);
    expect([asked, heard]).toEqual([1, ['Welcome!', 'Welcome!']]);
    const left = await keysIn(blobs, owner);
    expect(left).toHaveLength(1);
    expect(left).not.toContain(sound);
  });
});

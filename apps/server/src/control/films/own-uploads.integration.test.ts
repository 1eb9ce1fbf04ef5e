import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { inParts } from '../../files/testing/conformance.ts';
import { PATIENT } from '../avatars/making/pace.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { UploadLinks } from '../upload-links/upload-links.ts';
import { FilmJobs } from './film-jobs.ts';
import type { FilmOrder } from './film-order.ts';
import { type FilmTask, FilmWorkshop } from './film-workshop.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

const CLIP = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), Buffer.alloc(9000, 1)]);
const SPEECH = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(6000, 2)]);

describeOnBothDatabases('films of files that were sent to links', (context) => {
  let folder: string;
  let store: BlobStore;
  let links: UploadLinks;
  let projectId: string;
  const tasks: { readonly clip: Buffer; readonly sound: Buffer; readonly endings: string[] }[] = [];
  const fetchedUrls: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-film-uploads-'));
    store = await openFolderStore(join(folder, 'store'));
    const quotas = { fileMbPerProject: 10 };
    const arriving = join(folder, 'arriving');
    links = new UploadLinks({ db: context.db, store, folder: arriving, disk: ENDLESS_DISK, quotas, logger: silent });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const newProject = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId: id, isUnlimited: true, balance: 0 });
    return id;
  };
  beforeEach(async () => {
    projectId = await newProject();
    tasks.length = 0;
    fetchedUrls.length = 0;
  });

  const send = async (file: Buffer, project = projectId): Promise<string> => {
    const { uploadId } = await links.create(project, {});
    const body = inParts(file) as AsyncIterable<Buffer>;
    await links.receive(uploadId, body, { announced: file.byteLength, pace: () => PATIENT });
    return `https://studio.example/uploads/${uploadId}`;
  };
  const run = async (task: FilmTask) => {
    if (task.sound.kind !== 'file') throw new Error('no sound');
    const paths = [task.picture.path, task.sound.path] as const;
    const [clip, sound] = await Promise.all([readFile(paths[0]), readFile(paths[1])]);
    tasks.push({ clip, sound, endings: paths.map((path) => extname(path)) });
    await writeFile(task.outPath, 'film');
    return { kind: 'made', durationMs: 1000, widthPx: 64, heightPx: 64 } as const;
  };
  /** What became of an order; `before` it is made. */
  const film = async (video: string, audio: string, before = async () => {}) => {
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 0 });
    const folders = { folder: join(folder, 'work'), cacheFolder: folder };
    const workshop = new FilmWorkshop({
      ...folders,
      jobs,
      blobs: store,
      disk: ENDLESS_DISK,
      logger: silent,
      run,
      catalogue: { get: async () => null },
      findUpload: (url, project) => links.resolveUpload(url, project),
      fetch: ({ url }) => {
        fetchedUrls.push(String(url));
        return Promise.reject(new Error('nothing is fetched here'));
      },
    });
    const films = new Films({
      db: context.db,
      jobs,
      blobs: store,
      quotas: { fileMbPerProject: 10 },
      disk: ENDLESS_DISK,
      logger: silent,
      isCharging: false,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      findUpload: (url, project) => links.resolveUpload(url, project),
      callbacks: NO_CALLBACKS,
      onQueued() {},
      onCancelled() {},
    });
    const order: FilmOrder = {
      projectId,
      licenceId: '',
      options: {},
      picture: { kind: 'video', url: video },
      sound: { kind: 'url', url: audio },
    };
    const { filmId } = await films.order(order);
    await before();
    for (const turn of await jobs.waiting()) await workshop.makeNext(turn, new AbortController().signal);
    return films.standing(projectId, filmId);
  };

  test('are made without asking the network for them', async () => {
    expect(await film(await send(CLIP), await send(SPEECH))).toMatchObject({ state: 'done', error: null });
    expect(tasks).toEqual([{ clip: CLIP, sound: SPEECH, endings: ['.mp4', '.sound'] }]);
    expect(fetchedUrls).toEqual([]);
  });

  test('are refused with the order where the file is of another project, not whole, or of the wrong kind', async () => {
    const [clip, speech] = [await send(CLIP), await send(SPEECH)];
    const foreign = await send(CLIP, await newProject());
    const refused = (message: RegExp) => ({ code: 'bad-request', message: expect.stringMatching(message) });
    await expect(film(foreign, speech)).rejects.toMatchObject(refused(/video URL is no upload link of this project/));
    const { uploadId } = await links.create(projectId, { bytes: 9 });
    const open = `https://studio.example/uploads/${uploadId}`;
    await expect(film(clip, open)).rejects.toMatchObject(refused(/at the audio URL has not arrived whole/));
    await expect(film(speech, speech)).rejects.toMatchObject(refused(/leads to no clip/));
    const { rows } = await context.db.pool.query('select 1 from films where project_id = $1', [projectId]);
    expect([rows, tasks.length, fetchedUrls]).toEqual([[], 0, []]);
  });

  test('do not expire while their film waits', async () => {
    const [clip, speech] = [await send(CLIP), await send(SPEECH)];
    const daysLeft = async (): Promise<number> => {
      const { rows } = await context.db.pool.query<{ days: number }>(
        'select extract(epoch from min(expires_at) - now())::float8 / 86400 as days from upload_links where project_id = $1',
        [projectId],
      );
      return rows[0]?.days ?? 0;
    };
    expect(await daysLeft()).toBeLessThan(1.1);
    expect(await film(clip, speech, async () => expect(await daysLeft()).toBeGreaterThan(6))).toMatchObject({
      state: 'done',
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { newDataDir } from '../../db/testing/embedded-folder.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { inParts, keysIn } from '../../files/testing/conformance.ts';
import { PATIENT } from '../avatars/making/pace.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { UploadLinks } from './upload-links.ts';

const SPEECH = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(100_000, 2)]);
const HEAD = SPEECH.subarray(0, 60_000);

let [root, dataDir, projectId] = ['', '', ''];
let db: Database;
let store: BlobStore;
beforeAll(async () => {
  [root, dataDir] = [await mkdtemp(join(tmpdir(), 'visavis-link-faults-')), await newDataDir()];
  db = await openDatabase({ dataDir, logger: silent });
  store = await openFolderStore(join(root, 'files'));
});
afterAll(async () => {
  await db?.close();
  for (const folder of [root, dataDir]) await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  projectId = newPublicId();
  await db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
});

const node = (changes: Partial<BlobStore> = {}, fileMbPerProject = 100): UploadLinks =>
  new UploadLinks({
    db,
    store: { ...store, ...changes },
    disk: ENDLESS_DISK,
    logger: silent,
    pieceBytes: 50_000,
    folder: join(root, newPublicId()),
    quotas: { fileMbPerProject },
  });
const newLink = async (bytes: number | null = SPEECH.byteLength): Promise<string> =>
  (await node().create(projectId, { bytes })).uploadId;
const send = (links: UploadLinks, uploadId: string, bytes: Buffer, offset = 0): Promise<number> =>
  links.append(uploadId, inParts(bytes) as AsyncIterable<Buffer>, offset, { pace: () => PATIENT });
const blobsOf = (uploadId: string) => keysIn(store, { area: 'uploads', owner: uploadId });

test('pieces that the store does not give now are waited for; those that it does not have are sent again', async () => {
  const uploadId = await newLink();
  const links = node();
  await send(links, uploadId, HEAD);
  const [sha256] = await blobsOf(uploadId);
  const away = node({ find: () => Promise.reject(new BlobStoreError('the bucket does not answer')) });
  await send(away, uploadId, SPEECH.subarray(HEAD.byteLength), HEAD.byteLength);
  await expect(away.finish(uploadId)).rejects.toThrow(/cannot be stored now/);
  expect(await away.find(uploadId)).toMatchObject({ state: 'open', received: SPEECH.byteLength });

  await send(links, uploadId, SPEECH.subarray(HEAD.byteLength), HEAD.byteLength);
  await store.delete({ area: 'uploads', owner: uploadId, sha256: sha256 as string });
  await expect(links.finish(uploadId)).rejects.toThrow(/was lost/);
  expect(await links.find(uploadId)).toMatchObject({ state: 'open', received: 0 });
  await send(links, uploadId, SPEECH);
  await links.finish(uploadId);
  expect(await links.find(uploadId)).toMatchObject({ state: 'ready' });
});

test('a piece that came too late over another node is not left in the store', async () => {
  const uploadId = await newLink();
  const { promise: mayStore, resolve: letStore } = Promise.withResolvers<void>();
  const { promise: isLate, resolve: late } = Promise.withResolvers<void>();
  const slow = node({
    async putFile(...given) {
      late();
      await mayStore;
      return store.putFile(...given);
    },
  });
  const sending = send(slow, uploadId, SPEECH.subarray(0, 45_000));
  await isLate;
  await send(node(), uploadId, HEAD);
  const named = await blobsOf(uploadId);
  letStore();
  await expect(sending).rejects.toThrow(/Somebody else/);
  expect(await blobsOf(uploadId)).toEqual(named);
});

test('the length of a file is said once for all nodes, and counts once', async () => {
  const [one, two] = [node({}, 3), node({}, 3)];
  const uploadId = await newLink(null);
  await one.declare(uploadId, 2_000_000);
  await two.declare(uploadId, 2_000_000);
  await expect(two.declare(uploadId, 1_000_000)).rejects.toThrow(/for a file of 2,?000,?000 bytes/);
  expect((await one.find(uploadId))?.bytes).toBe(2_000_000);
});

const hanging = () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const links = node({
    putFile: (_owner, _path, { signal } = {}) => {
      begin();
      return new Promise((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    },
  });
  return { begun, links };
};

test('a stop waits for no piece that is on its way to the store', async () => {
  const uploadId = await newLink();
  const { begun, links } = hanging();
  const sending = send(links, uploadId, HEAD);
  sending.catch(() => {});
  await begun;
  links.close();
  await expect(sending).rejects.toThrow('The server ends.');
  await expect(links.findSettled(uploadId)).rejects.toThrow('The server ends.');
});

test('who comes for a link does not wait for a piece of the sender before that is on its way to the store', async () => {
  const uploadId = await newLink();
  const { begun, links } = hanging();
  const body = new PassThrough({ objectMode: true });
  const receive = (bytes: AsyncIterable<Buffer>) =>
    links.receive(uploadId, bytes, { announced: null, pace: () => PATIENT });
  body.write(HEAD);
  const first = receive(body);
  first.catch(() => {});
  await begun;
  const awaited = links.locks.run(uploadId, async () => 'next');
  await expect(first).rejects.toThrow(/Somebody else/);
  expect(await awaited).toBe('next');
});

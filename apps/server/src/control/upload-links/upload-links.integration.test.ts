import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { newDataDir } from '../../db/testing/embedded-folder.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { S3Store } from '../../files/s3-store.ts';
import { inParts, keysIn } from '../../files/testing/conformance.ts';
import { type FaultyProxy, startFaultyProxy } from '../../files/testing/faulty-proxy.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from '../../files/testing/s3-server.ts';
import { PATIENT } from '../avatars/making/pace.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { UploadLinks } from './upload-links.ts';

const SPEECH = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(300_000, 2)]);

const program = findS3Server();
if (program === null) warnNoS3('upload links');
describe.skipIf(program === null)('upload links in a store that speaks S3', () => {
  const projectId = newPublicId();
  let root: string;
  let dataDir: string;
  let db: Database;
  let server: S3Server;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    [root, dataDir] = [await mkdtemp(join(tmpdir(), 'visavis-links-')), await newDataDir()];
    db = await openDatabase({ dataDir, logger: silent });
    await db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    server = await startS3Server(program as string);
    proxy = await startFaultyProxy(server.settings.endpoint as string);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
    await db?.close();
    for (const folder of [root, dataDir]) await rm(folder, { recursive: true, force: true });
  });

  const open = async (uploadMs: number) => {
    const patience = { answerMs: 5000, stallMs: 5000, connectMs: 5000, uploadMs };
    const bucket = { ...(await server.newBucket()), endpoint: proxy.endpoint };
    const store = new S3Store({ ...bucket, patience, spoolFolder: join(root, 'spool') });
    const quotas = { fileMbPerProject: 100 };
    const folder = join(root, newPublicId());
    const links = new UploadLinks({ db, store, folder, disk: ENDLESS_DISK, quotas, logger: silent });
    const { uploadId } = await links.create(projectId, { bytes: SPEECH.byteLength });
    const body = inParts(SPEECH) as AsyncIterable<Buffer>;
    const send = () => links.receive(uploadId, body, { announced: null, pace: () => PATIENT });
    return { store, links, folder, uploadId, send };
  };

  test('a file waits on this machine while the bucket takes nothing, and lies there alone afterwards', async () => {
    const { store, links, folder, uploadId, send } = await open(1000);
    proxy.fault = 'hang-put';
    try {
      await expect(send()).rejects.toThrow(/cannot be stored now/);
    } finally {
      proxy.fault = 'none';
    }
    expect(await readdir(folder)).toEqual([uploadId]);
    const stored = await links.resolveUpload(uploadId, projectId);
    const parts: Uint8Array[] = [];
    for await (const part of stored?.file.read() ?? []) parts.push(part);
    expect(Buffer.concat(parts).equals(SPEECH)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    await links.remove(projectId, uploadId);
    expect(await keysIn(store, { area: 'uploads', owner: uploadId })).toEqual([]);
    await store.close();
  });

  test('a stop waits for no bucket; the file goes there after the next start', async () => {
    const { store, links, folder, uploadId, send } = await open(60_000);
    proxy.fault = 'hang-put';
    const asked = proxy.asked('PUT');
    try {
      const sending = send();
      sending.catch(() => {});
      await vi.waitFor(() => expect(proxy.asked('PUT')).toBeGreaterThan(asked), 10_000);
      const fromMs = performance.now();
      links.close();
      await expect(sending).rejects.toThrow('The server ends.');
      expect(performance.now() - fromMs).toBeLessThan(5000);
    } finally {
      proxy.fault = 'none';
    }
    const quotas = { fileMbPerProject: 100 };
    const started = new UploadLinks({ db, store, folder, disk: ENDLESS_DISK, quotas, logger: silent });
    await started.sweep();
    expect(await started.get(projectId, uploadId)).toMatchObject({ state: 'ready', kind: 'sound' });
    await store.close();
  });

  test('a file that comes whole over two nodes is stored once; of two files the first counts, and nothing is left of the other', async () => {
    const { store, links, folder, uploadId } = await open(60_000);
    const quotas = { fileMbPerProject: 100 };
    const nodeOf = (at: string) =>
      new UploadLinks({ db, store, folder: at, disk: ENDLESS_DISK, quotas, logger: silent });
    const other = Buffer.concat([SPEECH.subarray(0, -1), Buffer.from('x')]);
    await mkdir(folder, { recursive: true });
    const elsewhere = await mkdtemp(join(root, 'node-'));
    // As a crash of both nodes before the end leaves it.
    await writeFile(join(folder, uploadId), SPEECH);
    await writeFile(join(elsewhere, uploadId), other);
    await Promise.all([links.finish(uploadId), nodeOf(elsewhere).finish(uploadId)]);
    const stored = await links.resolveUpload(uploadId, projectId);
    expect(await keysIn(store, { area: 'uploads', owner: uploadId })).toEqual([stored?.sha256]);
    expect([await readdir(folder), await readdir(elsewhere)]).toEqual([[], []]);
    const parts: Uint8Array[] = [];
    for await (const part of stored?.file.read() ?? []) parts.push(part);
    expect([SPEECH, other].some((file) => Buffer.concat(parts).equals(file))).toBe(true);
    await store.close();
  });
});

test('a long sending is in the store piece by piece, before it has come to its end, and waits on this disk where the store takes nothing', async () => {
  const root = await mkdtemp(join(tmpdir(), 'visavis-link-pieces-'));
  const db = await openDatabase({ dataDir: await newDataDir(), logger: silent });
  const projectId = newPublicId();
  await db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
  const store = await openFolderStore(join(root, 'store'));
  let isAway = false;
  const faulty: BlobStore = {
    ...store,
    async putFile(...given) {
      if (isAway) throw new BlobStoreError('the bucket is gone');
      return store.putFile(...given);
    },
  };
  const quotas = { fileMbPerProject: 100 };
  const common = { db, store: faulty, disk: ENDLESS_DISK, quotas, logger: silent, pieceBytes: 50_000 };
  const [links, other] = ['one', 'two'].map((name) => new UploadLinks({ ...common, folder: join(root, name) })) as [
    UploadLinks,
    UploadLinks,
  ];
  const { uploadId } = await links.create(projectId, { bytes: SPEECH.byteLength });
  const owner = { area: 'uploads', owner: uploadId } as const;
  const receivedAt = async (node: UploadLinks) => (await node.find(uploadId))?.received;
  const sendings = new PassThrough({ objectMode: true });
  const sending = links.append(uploadId, sendings, 0, { pace: () => PATIENT });
  const send = (from: number, to: number) => void sendings.write(SPEECH.subarray(from, to));
  try {
    send(0, 60_000);
    await vi.waitFor(async () => expect(await receivedAt(other)).toBe(60_000));
    isAway = true;
    send(60_000, 120_000);
    send(120_000, 180_000);
    await vi.waitFor(async () => expect(await receivedAt(links)).toBe(180_000));
    expect(await receivedAt(other)).toBe(60_000);
    isAway = false;
    sendings.end();
    expect(await sending).toBe(180_000);
    expect(await receivedAt(other)).toBe(180_000);
    expect(await keysIn(store, owner)).toHaveLength(2);
    // Nothing of an open link is nobody's, however old.
    await other.sweep(Date.now() + 2 * 3_600_000);
    expect(await keysIn(store, owner)).toHaveLength(2);
    const rest = inParts(SPEECH.subarray(180_000)) as AsyncIterable<Buffer>;
    expect(await other.append(uploadId, rest, 180_000, { pace: () => PATIENT })).toBe(SPEECH.byteLength);
    await other.finish(uploadId);
    const stored = await links.resolveUpload(uploadId, projectId);
    expect(await keysIn(store, owner)).toEqual([stored?.sha256]);
    const parts: Uint8Array[] = [];
    for await (const part of stored?.file.read() ?? []) parts.push(part);
    expect(Buffer.concat(parts).equals(SPEECH)).toBe(true);
  } finally {
    await db.close();
    await rm(root, { recursive: true, force: true });
  }
});

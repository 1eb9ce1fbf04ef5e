import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { silent } from '../db/testing/silent-logger.ts';
import { type BlobStore, BlobStoreError, type StoredBlob } from './blob-store.ts';
import { type BlobStoreOptions, openBlobStore } from './open-blob-store.ts';
import type { S3Settings } from './s3-settings.ts';
import { S3Store } from './s3-store.ts';
import { describeBlobStore, inParts, keysIn, readAll } from './testing/conformance.ts';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from './testing/s3-server.ts';

const INSTALLATION = newPublicId();
const MIB = 1024 * 1024;

const program = findS3Server();
if (program === null) warnNoS3('a store that speaks S3');

describe.skipIf(program === null)('a store that speaks S3', () => {
  let server: S3Server;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'visavis-s3-store-'));
    server = await startS3Server(program as string);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = (s3: S3Settings, changes: Partial<BlobStoreOptions> = {}) =>
    openBlobStore({ dataDir, s3, logger: silent, installationId: INSTALLATION, ...changes });

  describeBlobStore(async () => open(await server.newBucket()), { listed: 1100 });

  test('leaves nothing of the start in the bucket, and nothing of streams on this machine', async () => {
    const store = await open(await server.newBucket());
    await store.put({ area: 'uploads', owner: newPublicId() }, inParts(randomBytes(1000)), { maxBytes: 1000 });
    const blobs = [];
    for await (const { bytes } of store.list('uploads')) blobs.push(bytes);
    expect(blobs).toEqual([1000]);
    expect(await readdir(join(dataDir, 'files', 'spool'))).toEqual([]);
    await store.close();
  });

  test('a start without a bucket or the right keys says which it is, and the way out', async () => {
    const { settings } = server;
    const start = (changes: Partial<typeof settings>) => open({ ...settings, ...changes });
    await expect(start({ bucket: 'elsewhere' })).rejects.toThrow(/there is no bucket elsewhere. Make it/);
    await expect(start({ accessKeyId: 'nobody' })).rejects.toThrow(/S3_ACCESS_KEY_ID/);
    await expect(start({ secretAccessKey: () => 'wrong' })).rejects.toThrow(/S3_SECRET_ACCESS_KEY/);
  });

  test('a store that does not answer holds no start up: the log says so, and again when it answers', async () => {
    const settings = await server.newBucket();
    const proxy = await startFaultyProxy(settings.endpoint as string);
    const log: string[] = [];
    const note = (_fields: unknown, message: string): void => void log.push(message);
    const logger = { ...silent, warn: note, info: note };
    proxy.fault = 'error';
    const store = await open({ ...settings, endpoint: proxy.endpoint }, { logger, askedAgainMs: 300 });
    expect(log).toEqual([expect.stringMatching(/S3_ENDPOINT \(.*\) does not answer\. The server goes on without it/)]);
    const asked = proxy.asked('GET');
    await vi.waitFor(() => expect(proxy.asked('GET')).toBeGreaterThan(asked), 5000);
    proxy.fault = 'none';
    await vi.waitFor(() => expect(log[1]).toMatch(/answers\.$/), 5000);
    const key = await store.put({ area: 'uploads', owner: newPublicId() }, inParts(randomBytes(9)), { maxBytes: 9 });
    expect(await store.find(key)).not.toBeNull();
    await store.close();
    await proxy.close();
  });

  test('a bucket belongs to the installation that came first, on all its nodes; another one does not start on it', async () => {
    const settings = await server.newBucket();
    const [first, node] = [await open(settings), await open(settings)];
    const key = await first.put({ area: 'avatars', owner: newPublicId() }, inParts(randomBytes(9)), { maxBytes: 9 });
    const another = { installationId: newPublicId() };
    await expect(open(settings, another)).rejects.toThrow(
      /the bucket .* belongs to another installation.* delete the object “installation” from it, and start again\.$/,
    );
    expect(await keysIn(node, key)).toEqual([key.sha256]);
    for (const store of [first, node]) await store.close();
  });

  test('a bucket that does not answer at the start is neither tidied up nor written to before it is known whose it is', async () => {
    const settings = await server.newBucket();
    const proxy = await startFaultyProxy(settings.endpoint as string);
    const first = await open(settings);
    const key = await first.put({ area: 'avatars', owner: newPublicId() }, inParts(randomBytes(9)), { maxBytes: 9 });
    const log: string[] = [];
    const logger = { ...silent, error: (_fields: unknown, message: string) => void log.push(message) };
    proxy.fault = 'error';
    const another = { logger, askedAgainMs: 100, installationId: newPublicId() };
    const late = await open({ ...settings, endpoint: proxy.endpoint }, another);
    proxy.fault = 'none';
    await expect(keysIn(late, key)).rejects.toThrow(/has not answered yet/);
    await vi.waitFor(() => expect(log[0]).toMatch(/belongs to another installation/), 5000);
    await expect(keysIn(late, key)).rejects.toThrow(/has not answered yet/);
    const write = late.put({ area: 'avatars', owner: newPublicId() }, inParts(randomBytes(9)), { maxBytes: 9 });
    await expect(write).rejects.toThrow(/has not answered yet/);
    await late.close();
    const own = await open(settings);
    expect(await keysIn(own, key)).toEqual([key.sha256]);
    for (const store of [first, own]) await store.close();
    await proxy.close();
  });

  test('a store that is not there holds no start up', async () => {
    const store = await open({ ...server.settings, endpoint: 'http://127.0.0.1:9' });
    const key = { area: 'uploads', owner: newPublicId(), sha256: 'ab'.repeat(32) } as const;
    await expect(store.find(key)).rejects.toThrow(/ECONNREFUSED/);
    await store.close();
  });

  test('what slow readers hold together is bounded, however many they are; one alone reads in large pieces', async () => {
    const asked: number[] = [];
    const bucket = createServer((request, response) => {
      const [, first = '0', last = '99999999'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const bytes = Number(last) - Number(first) + 1;
      response.writeHead(request.method === 'GET' ? 206 : 200, { 'content-length': bytes });
      if (request.method === 'GET') asked.push(bytes);
      response.end(request.method === 'GET' ? Buffer.alloc(bytes) : undefined);
    });
    await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`;
    const store = new S3Store({ ...server.settings, endpoint, spoolFolder: join(dataDir, 'spool') });
    const film = await store.find({ area: 'films', owner: newPublicId(), sha256: 'ab'.repeat(32) });
    const readers: AsyncIterator<Uint8Array>[] = [];
    for (let reader = 0; reader < 300; reader += 1) {
      const parts = (film?.read() ?? inParts(Buffer.alloc(0)))[Symbol.asyncIterator]();
      await parts.next();
      readers.push(parts);
    }
    expect(asked[0]).toBe(2 * MIB);
    expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(64 * MIB + 300 * 64 * 1024);
    for (const parts of readers) await parts.return?.();
    await film?.read()[Symbol.asyncIterator]().next();
    expect(asked.at(-1)).toBe(2 * MIB);
    await store.close();
    bucket.closeAllConnections();
    await new Promise((resolve) => bucket.close(resolve));
  });

  describe('that fails', () => {
    const patience = { answerMs: 700, stallMs: 300, uploadMs: 1000, connectMs: 500 };
    let proxy: FaultyProxy;
    let store: BlobStore;
    let key: StoredBlob;
    const bytes = randomBytes(3_000_000);
    beforeAll(async () => {
      const settings = await server.newBucket();
      proxy = await startFaultyProxy(settings.endpoint as string);
      store = new S3Store({ ...settings, endpoint: proxy.endpoint, patience, spoolFolder: join(dataDir, 'spool') });
      key = await store.put({ area: 'recordings', owner: newPublicId() }, inParts(bytes), { maxBytes: 3e6 });
    });
    afterAll(async () => {
      await store?.close();
      await proxy?.close();
    });

    test.for(['hang', 'error'] as const)(
      'every question to one that answers with "%s" fails in time',
      async (fault) => {
        const owner = { area: 'recordings', owner: newPublicId() } as const;
        proxy.fault = fault;
        try {
          await expect(store.find(key)).rejects.toThrow(BlobStoreError);
          await expect(store.delete(key)).rejects.toThrow(BlobStoreError);
          await expect(store.put(owner, inParts(bytes), { maxBytes: 3e6 })).rejects.toThrow(BlobStoreError);
          await expect(keysIn(store, owner)).rejects.toThrow(BlobStoreError);
        } finally {
          proxy.fault = 'none';
        }
        expect(await readdir(join(dataDir, 'spool'))).toEqual([]);
        expect(await keysIn(store, owner)).toEqual([]);
        expect((await readAll(store, key))?.equals(bytes)).toBe(true);
      },
    );

    test.for(['cut', 'stall'] as const)(
      'a file that is "%s" in the middle is no shorter file: reading it fails',
      async (fault) => {
        const found = await store.find(key);
        let read = 0;
        const reading = async (): Promise<void> => {
          for await (const part of found?.read() ?? []) {
            read += part.byteLength;
            proxy.fault = fault;
          }
        };
        try {
          await expect(reading()).rejects.toThrow(BlobStoreError);
        } finally {
          proxy.fault = 'none';
        }
        expect(read).toBeGreaterThan(0);
        expect(read).toBeLessThan(bytes.byteLength);
        expect((await readAll(store, key))?.equals(bytes)).toBe(true);
      },
    );

    test('a hundred slow readers keep no socket from others', async () => {
      const patient = new S3Store({ ...(await server.newBucket()), spoolFolder: join(dataDir, 'spool') });
      const owner = { area: 'uploads', owner: newPublicId() } as const;
      const film = await patient.put(owner, inParts(bytes), { maxBytes: 3e6 });
      const slow = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const parts = (await patient.find(film))?.read()[Symbol.asyncIterator]();
          await parts?.next();
          return parts;
        }),
      );
      const kept = await patient.put(owner, inParts(randomBytes(1000)), { maxBytes: 1000 });
      expect((await readAll(patient, kept))?.byteLength).toBe(1000);
      expect((await readAll(patient, film))?.equals(bytes)).toBe(true);
      for (const parts of slow) await parts?.return?.();
      await patient.close();
    });

    test.for([
      ['hang', 'HEAD'],
      ['hang-put', 'PUT'],
    ] as const)(
      'an upload that is ended while its store says nothing (%s) ends at once, and keeps no socket',
      async ([fault, method]) => {
        const settings = { ...(await server.newBucket()), endpoint: proxy.endpoint };
        const patient = new S3Store({ ...settings, spoolFolder: join(dataDir, 'spool') });
        const stop = new AbortController();
        const asked = proxy.asked(method);
        proxy.fault = fault;
        try {
          const owner = { area: 'recordings', owner: newPublicId() } as const;
          const putting = patient.put(owner, inParts(bytes), { maxBytes: 3e6, signal: stop.signal });
          putting.catch(() => {});
          await vi.waitFor(() => expect(proxy.asked(method)).toBeGreaterThan(asked), 5000);
          const fromMs = performance.now();
          stop.abort(new Error('the server ends'));
          await expect(putting).rejects.toThrow('the server ends');
          expect(performance.now() - fromMs).toBeLessThan(1000);
          // Without closing the store, which would close every socket.
          await vi.waitFor(() => expect(proxy.hanging()).toBe(0), 5000);
        } finally {
          proxy.fault = 'none';
          await patient.close();
        }
      },
    );

    test('whoever ends a reading or an upload does not wait for the store', async () => {
      proxy.fault = 'hang';
      try {
        const ended = new Error('the reader is gone');
        const stop = new AbortController();
        const owner = { area: 'recordings', owner: newPublicId() } as const;
        const putting = store.put(owner, inParts(bytes), { maxBytes: 3e6, signal: stop.signal });
        stop.abort(ended);
        await expect(putting).rejects.toThrow(ended);
      } finally {
        proxy.fault = 'none';
      }
    });
  });
});

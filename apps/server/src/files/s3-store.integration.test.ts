import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { type BlobStore, BlobStoreError, type StoredBlob } from './blob-store.ts';
import { openBlobStore } from './open-blob-store.ts';
import { S3Store } from './s3-store.ts';
import { describeBlobStore, inParts, keysIn, readAll } from './testing/conformance.ts';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from './testing/s3-server.ts';

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

  describeBlobStore(async () => openBlobStore(dataDir, await server.newBucket()), { listed: 1100 });

  test('leaves nothing of the start in the bucket, and nothing of streams on this machine', async () => {
    const store = await openBlobStore(dataDir, await server.newBucket());
    await store.put({ area: 'uploads', owner: newPublicId() }, inParts(randomBytes(1000)), { maxBytes: 1000 });
    const blobs = [];
    for await (const { bytes } of store.list('uploads')) blobs.push(bytes);
    expect(blobs).toEqual([1000]);
    expect(await readdir(join(dataDir, 'files', 'spool'))).toEqual([]);
    await store.close();
  });

  test('a start without a store, a bucket or the right keys says which it is, and the way out', async () => {
    const { settings } = server;
    const start = (changes: Partial<typeof settings>) => openBlobStore(dataDir, { ...settings, ...changes });
    await expect(start({ bucket: 'elsewhere' })).rejects.toThrow(/there is no bucket elsewhere. Make it/);
    await expect(start({ accessKeyId: 'nobody' })).rejects.toThrow(/S3_ACCESS_KEY_ID/);
    await expect(start({ secretAccessKey: () => 'wrong' })).rejects.toThrow(/S3_SECRET_ACCESS_KEY/);
    await expect(start({ endpoint: 'http://127.0.0.1:9' })).rejects.toThrow(
      /S3_ENDPOINT \(http:\/\/127.0.0.1:9\) cannot be used: .*ECONNREFUSED/,
    );
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
        proxy.fault = fault;
        let read = 0;
        const reading = async (): Promise<void> => {
          for await (const part of found?.read() ?? []) read += part.byteLength;
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

import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { silent } from '../db/testing/silent-logger.ts';
import { type BlobStore, BlobStoreError, type ReadableFile, type StoredBlob } from './blob-store.ts';
import { openFolderStore } from './folder-store.ts';
import { withLeftFiles } from './left-files.ts';
import { type BlobStoreOptions, openBlobStore } from './open-blob-store.ts';
import type { S3Settings } from './s3-settings.ts';
import { saveFile } from './save-file.ts';
import { inParts, keysIn, readAll } from './testing/conformance.ts';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from './testing/s3-server.ts';

const program = findS3Server();
if (program === null) warnNoS3('a folder that becomes a bucket');

describe.skipIf(program === null)('a folder that becomes a bucket', () => {
  const installationId = newPublicId();
  const bytes = randomBytes(50_000);
  let server: S3Server;
  let proxy: FaultyProxy;
  let settings: S3Settings;
  let dataDir: string;
  let folder: BlobStore;
  let keys: StoredBlob[];
  let opened: BlobStore[];
  beforeAll(async () => {
    server = await startS3Server(program as string);
    proxy = await startFaultyProxy(server.settings.endpoint as string);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    settings = { ...(await server.newBucket()), endpoint: proxy.endpoint };
    dataDir = await mkdtemp(join(tmpdir(), 'visavis-left-'));
    folder = await openFolderStore(join(dataDir, 'files'));
    opened = [];
    keys = await Promise.all(
      (['recordings', 'films', 'avatars', 'avatars'] as const).map((area, index) => {
        const owner = { area, owner: newPublicId() };
        return folder.put(owner, inParts(Buffer.concat([bytes, Buffer.from([index])])), { maxBytes: 60_000 });
      }),
    );
  });
  afterEach(async () => {
    proxy.fault = 'none';
    for (const store of opened) await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = async (changes: Partial<BlobStoreOptions> = {}): Promise<BlobStore> => {
    const options = { dataDir, s3: settings, logger: silent, installationId, askedAgainMs: 200, ...changes };
    const store = await openBlobStore(options);
    opened.push(store);
    return store;
  };
  const elsewhere = async () => open({ dataDir: await mkdtemp(join(tmpdir(), 'visavis-left-other-')) });
  const left = async (): Promise<number> => {
    const found = await Promise.all(keys.map((key) => folder.find(key)));
    return found.filter((file) => file !== null).length;
  };
  const isMoved = () => vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 20_000 });

  test('files move into it by themselves, are read meanwhile, and are there for every node', async () => {
    const store = await open();
    for (const key of keys) expect((await readAll(store, key))?.subarray(0, -1).equals(bytes)).toBe(true);
    await isMoved();
    const node = await elsewhere();
    for (const key of keys) {
      expect((await readAll(node, key))?.subarray(0, -1).equals(bytes)).toBe(true);
      expect((await readAll(store, key))?.subarray(0, -1).equals(bytes)).toBe(true);
    }
    expect(await keysIn(await open(), keys[0] as StoredBlob)).toEqual([keys[0]?.sha256]);
  });

  test('a bucket that takes nothing, a stop in the middle and several nodes lose nothing', async () => {
    proxy.fault = 'error';
    const store = await open();
    for (const key of keys) expect((await readAll(store, key))?.subarray(0, -1).equals(bytes)).toBe(true);
    expect(await left()).toBe(keys.length);
    await store.close();
    proxy.fault = 'none';
    await Promise.all([open(), open(), open()]);
    await isMoved();
    const node = await elsewhere();
    for (const key of keys) expect((await readAll(node, key))?.subarray(0, -1).equals(bytes)).toBe(true);
  });

  test('nothing goes into a bucket of another installation', async () => {
    proxy.fault = 'error';
    const store = await open();
    await openBlobStore({
      dataDir: join(dataDir, 'other'),
      logger: silent,
      installationId: newPublicId(),
      s3: { ...settings, endpoint: server.settings.endpoint },
    });
    proxy.fault = 'none';
    const asked = proxy.asked('GET');
    await vi.waitFor(() => expect(proxy.asked('GET')).toBeGreaterThan(asked + 8), { timeout: 10_000 });
    expect(await left()).toBe(keys.length);
    await store.delete(keys[0] as StoredBlob);
    expect(await left()).toBe(keys.length - 1);
  });

  test('who has found a file before it moved reads it where it is now', async () => {
    const [key] = keys as [StoredBlob];
    const { promise: mayMove, resolve: letMove } = Promise.withResolvers<void>();
    const bucket = await openFolderStore(join(dataDir, 'bucket'));
    const slow: BlobStore = {
      ...bucket,
      async putFile(...given) {
        await mayMove;
        return bucket.putFile(...given);
      },
    };
    const store = withLeftFiles(slow, folder, { logger: silent, triedAgainMs: 60_000 });
    opened.push(store);
    const found = await store.find(key);
    letMove();
    await isMoved();
    const copy = join(dataDir, 'copy');
    await saveFile(found as ReadableFile, copy);
    expect((await readFile(copy)).subarray(0, -1).equals(bytes)).toBe(true);
    const parts: Uint8Array[] = [];
    for await (const part of found?.read({ range: { first: 10, last: 19 } }) ?? []) parts.push(part);
    expect(Buffer.concat(parts).equals(bytes.subarray(10, 20))).toBe(true);
    await store.delete(key);
    await expect(saveFile(found as ReadableFile, join(dataDir, 'none'))).rejects.toThrow(BlobStoreError);
  });

  test('a file that is deleted while it moves is not in the bucket afterwards', async () => {
    const bucket = await openFolderStore(join(dataDir, 'bucket'));
    const { promise: mayMove, resolve: letMove } = Promise.withResolvers<void>();
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<string>();
    const slow: BlobStore = {
      ...bucket,
      async putFile(owner, path, options) {
        const sent = join(dataDir, newPublicId());
        await copyFile(path, sent);
        begin(owner.owner);
        await mayMove;
        return bucket.putFile(owner, sent, options);
      },
    };
    const store = withLeftFiles(slow, folder, { logger: silent, triedAgainMs: 60_000 });
    opened.push(store);
    const first = await hasBegun;
    await store.deleteAllOf(keys.find(({ owner }) => owner === first) as StoredBlob);
    letMove();
    await isMoved();
    for (const key of keys) {
      const moved = await bucket.find(key);
      expect(moved === null).toBe(key.owner === first);
    }
  });

  test('a file that cannot be read stays where it is, and holds no other up', async () => {
    const [unreadable, ...others] = keys as [StoredBlob, ...StoredBlob[]];
    const bucket = await openFolderStore(join(dataDir, 'bucket'));
    const warnings: string[] = [];
    const logger = { ...silent, warn: (_fields: unknown, message: string) => void warnings.push(message) };
    const failing: BlobStore = {
      ...bucket,
      putFile: async (owner, path, options) => {
        if (owner.owner === unreadable.owner) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
        return await bucket.putFile(owner, path, options);
      },
    };
    const store = withLeftFiles(failing, folder, { logger, triedAgainMs: 60_000 });
    opened.push(store);
    await vi.waitFor(() =>
      expect(warnings).toEqual(['A file stays on this disk: it cannot be read (input/output error)']),
    );
    for (const key of others) await vi.waitFor(async () => expect(await bucket.find(key)).not.toBeNull());
    expect(await folder.find(unreadable)).not.toBeNull();
  });

  test('a damaged file stays where it is, and holds no other up', async () => {
    const [damaged, ...others] = keys as [StoredBlob, ...StoredBlob[]];
    await writeFile(join(dataDir, 'files', damaged.area, damaged.owner, damaged.sha256), 'damaged');
    await open();
    await vi.waitFor(async () => expect(await left()).toBe(1), { timeout: 20_000 });
    const node = await elsewhere();
    expect(await node.find(damaged)).toBeNull();
    expect(await keysIn(node, damaged)).toEqual([]);
    for (const key of others) expect(await node.find(key)).not.toBeNull();
  });
});

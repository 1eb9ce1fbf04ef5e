import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { type BlobKey, type BlobOwner, type BlobStore, BlobTooLargeError, type ReadOptions } from '../blob-store.ts';

const newOwner = (): BlobOwner => ({ area: 'recordings', owner: newPublicId() });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function* inParts(bytes: Uint8Array, partBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

export async function readAll(store: BlobStore, key: BlobKey, options?: ReadOptions): Promise<Buffer | null> {
  const found = await store.find(key);
  if (found === null) return null;
  const parts: Uint8Array[] = [];
  for await (const part of found.read(options)) parts.push(part);
  return Buffer.concat(parts);
}

export async function keysIn(store: BlobStore, { owner, area }: BlobOwner): Promise<string[]> {
  const keys: string[] = [];
  for await (const blob of store.list(area)) if (blob.owner === owner) keys.push(blob.sha256);
  return keys.sort();
}

/** What every store of blobs does, whatever it is made of. `openStore` gets a folder that lasts as long as the tests; so many blobs as `listed` are more than one page. */
export function describeBlobStore(openStore: (folder: string) => Promise<BlobStore>, { listed = 100 } = {}): void {
  let store: BlobStore;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-blobs-'));
    store = await openStore(folder);
  });
  afterAll(async () => {
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.for([0, 1, 100_000, 20_000_000])('%i bytes come back as they were, named by their hash', async (length) => {
    const bytes = randomBytes(length);
    const owner = newOwner();
    const stored = await store.put(owner, inParts(bytes), { maxBytes: 20_000_000 });
    expect(stored).toEqual({ ...owner, sha256: sha256(bytes), bytes: length });
    expect((await store.find(stored))?.bytes).toBe(length);
    expect((await readAll(store, stored))?.equals(bytes)).toBe(true);
  });

  test('a file of this machine is kept, and stays when it is removed here', async () => {
    const bytes = randomBytes(9_000_000);
    const path = join(folder, 'film.webm');
    await writeFile(path, bytes);
    const stored = await store.putFile(newOwner(), path);
    await rm(path);
    expect(stored).toMatchObject({ sha256: sha256(bytes), bytes: bytes.byteLength });
    expect((await readAll(store, stored))?.equals(bytes)).toBe(true);
  });

  test('what is put twice is there once, as often as it is put at the same time', async () => {
    const owner = newOwner();
    const bytes = randomBytes(1_000_000);
    const puts = Array.from({ length: 5 }, () => store.put(owner, inParts(bytes), { maxBytes: 1e6 }));
    const keys = await Promise.all([...puts, store.put(owner, inParts(bytes), { maxBytes: 1e6 })]);
    expect(new Set(keys.map((key) => key.sha256)).size).toBe(1);
    expect(await keysIn(store, owner)).toEqual([sha256(bytes)]);
    expect((await readAll(store, keys[0] as BlobKey))?.equals(bytes)).toBe(true);
  });

  test('any stretch of a file can be read, and none beyond it', async () => {
    const bytes = randomBytes(300_000);
    const key = await store.put(newOwner(), inParts(bytes), { maxBytes: 1e6 });
    for (const [first, last] of [
      [0, 0],
      [299_999, 299_999],
      [65_530, 131_080],
      [0, 299_999],
    ] as const) {
      expect((await readAll(store, key, { range: { first, last } }))?.equals(bytes.subarray(first, last + 1))).toBe(
        true,
      );
    }
    for (const [first, last] of [
      [0, 300_000],
      [-1, 5],
      [5, 4],
      [0.5, 2],
      [Number.NaN, 2],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      await expect(readAll(store, key, { range: { first, last } })).rejects.toThrow(RangeError);
    }
  });

  test('a file that is read in part and left holds nothing up', async () => {
    const bytes = randomBytes(5_000_000);
    const key = await store.put(newOwner(), inParts(bytes), { maxBytes: 5e6 });
    // More than a store may have open at a time.
    for (let count = 0; count < 120; count += 1) {
      const found = await store.find(key);
      for await (const part of found?.read() ?? []) {
        expect(part.byteLength).toBeGreaterThan(0);
        break;
      }
    }
    expect((await readAll(store, key))?.equals(bytes)).toBe(true);
  });

  test('nothing is left of a stream that is too long, fails, or is ended', async () => {
    const owner = newOwner();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield randomBytes(65_536);
    };
    await expect(store.put(owner, endless(), { maxBytes: 1_000_000 })).rejects.toThrow(BlobTooLargeError);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(100_000);
      throw new Error('the sender is gone');
    };
    await expect(store.put(owner, broken(), { maxBytes: 1e6 })).rejects.toThrow('the sender is gone');
    const stop = new AbortController();
    const stopped = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(100_000);
      stop.abort(new Error('ended'));
      yield* endless();
    };
    await expect(store.put(owner, stopped(), { maxBytes: 1e9, signal: stop.signal })).rejects.toThrow('ended');
    expect(await keysIn(store, owner)).toEqual([]);
  });

  test('deleting one leaves the others, and deleting what is not there does nothing', async () => {
    const [owner, other] = [newOwner(), newOwner()];
    const same = randomBytes(1000);
    const mine = await store.put(owner, inParts(same), { maxBytes: 1000 });
    const second = await store.put(owner, inParts(randomBytes(10)), { maxBytes: 1000 });
    const theirs = await store.put(other, inParts(same), { maxBytes: 1000 });
    await store.delete(mine);
    await store.delete(mine);
    expect(await store.find(mine)).toBeNull();
    expect(await keysIn(store, owner)).toEqual([second.sha256]);
    expect((await readAll(store, theirs))?.equals(same)).toBe(true);
    await store.deleteAllOf(owner);
    await store.deleteAllOf(owner);
    expect(await keysIn(store, owner)).toEqual([]);
    expect(await keysIn(store, other)).toEqual([theirs.sha256]);
  });

  test("another owner's hash opens nothing", async () => {
    const theirs = await store.put(newOwner(), inParts(randomBytes(1000)), { maxBytes: 1000 });
    expect(await store.find({ ...theirs, owner: newPublicId() })).toBeNull();
    expect(await store.find({ ...theirs, area: 'uploads' })).toBeNull();
  });

  test('what is no key is refused, wherever it leads', async () => {
    const key = await store.put(newOwner(), inParts(randomBytes(10)), { maxBytes: 10 });
    const bad: BlobKey[] = [
      { ...key, owner: '..' },
      { ...key, owner: '' },
      { ...key, owner: `${key.owner}/../${key.owner}` },
      { ...key, owner: key.owner.toUpperCase().replace(/[^G-Z]*/, 'A') },
      { ...key, sha256: `../${key.owner}/${key.sha256}` },
      { ...key, sha256: '' },
      { ...key, sha256: `${key.sha256}\u0000` },
      { ...key, area: '../database' as BlobKey['area'] },
    ];
    for (const wrong of bad) {
      await expect((async () => store.find(wrong))()).rejects.toThrow(TypeError);
      await expect((async () => store.delete(wrong))()).rejects.toThrow(TypeError);
    }
    const wrongOwner = { area: 'recordings', owner: '../..' } as const;
    await expect((async () => store.deleteAllOf(wrongOwner))()).rejects.toThrow(TypeError);
    await expect((async () => store.put(wrongOwner, inParts(randomBytes(1)), { maxBytes: 1 }))()).rejects.toThrow(
      TypeError,
    );
    expect(await store.find(key)).not.toBeNull();
  });

  test('more blobs than fit one page are listed, each with its size', async () => {
    const owners = Array.from({ length: listed }, () => ({ area: 'uploads', owner: newPublicId() }) as const);
    for (let at = 0; at < owners.length; at += 50) {
      await Promise.all(
        owners.slice(at, at + 50).map((owner) => store.put(owner, inParts(Buffer.from(owner.owner)), { maxBytes: 32 })),
      );
    }
    const sizes = new Map<string, number>();
    for await (const { owner, bytes, writtenAtMs } of store.list('uploads')) {
      sizes.set(owner, bytes);
      expect(Math.abs(writtenAtMs - Date.now())).toBeLessThan(600_000);
    }
    expect(owners.filter(({ owner }) => sizes.get(owner) !== 32)).toEqual([]);
  });
}

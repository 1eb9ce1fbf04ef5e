import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BlobStore, BlobStoreError, type ReadableFile } from '../../../files/blob-store.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import type { StoredBundle } from '../../../files/stored-bundle.ts';
import { newPublicId } from '../../ids.ts';
import { BundleCache, BundleLostError } from './bundle-cache.ts';
import { putBundle } from './put-bundle.ts';

const MANIFEST = '{"description":"Drawn from a photo."}';
const MOUTH = 'm'.repeat(5_000);
const HOUR_MS = 3_600_000;

let root: string;
let local: BlobStore;
/** As a bucket elsewhere: its files have no path. */
let store: BlobStore;
let found: number;
let fault: Error | null;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavis-bundles-'));
  local = await openFolderStore(join(root, 'store'));
  [found, fault] = [0, null];
  store = {
    ...local,
    async find(...given) {
      found += 1;
      if (fault !== null) throw fault;
      const file = await local.find(...given);
      return file === null ? null : away(file);
    },
  };
});
afterEach(() => rm(root, { recursive: true, force: true }));

function away({ bytes, read }: ReadableFile): ReadableFile {
  return { bytes, read };
}

async function made(manifest = MANIFEST): Promise<StoredBundle> {
  const folder = join(root, newPublicId());
  await mkdir(join(folder, 'mouth'), { recursive: true });
  const files = { 'manifest.json': manifest, 'thumbnail.webp': 'still', 'mouth/s.webp': MOUTH };
  for (const [name, body] of Object.entries(files)) await writeFile(join(folder, name), body);
  const facts = { owner: newPublicId(), thumbnail: 'thumbnail.webp', preview: null };
  const { bundle, bytes } = await putBundle(local, folder, { ...facts, signal: AbortSignal.timeout(10_000) });
  expect(bytes).toBe(manifest.length + 'still'.length + MOUTH.length);
  return bundle;
}

const cacheOf = (from = store, maxBytes = 1_000_000) =>
  new BundleCache({ store: from, folder: join(root, 'cache'), maxBytes });
const names = async () => (await readdir(join(root, 'cache'))).filter((name) => !name.startsWith('.'));
const leftovers = () => readdir(join(root, 'cache', '.partial'));
const age = (path: string, hours: number) => utimes(path, new Date(), new Date(Date.now() - hours * HOUR_MS));

test('a bundle is fetched once, whole, however many ask for it at once and in how many processes', async () => {
  const bundle = await made();
  const [one, another] = [cacheOf(), cacheOf()];
  const paths = await Promise.all([one.open(bundle), one.open(bundle), another.open(bundle), another.open(bundle)]);
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(join(paths[0] as string, 'mouth', 's.webp'), 'utf8')).toBe(MOUTH);
  const before = found;
  await one.open(bundle);
  await cacheOf().open(bundle);
  expect([found, await leftovers()]).toEqual([before, []]);
});

test('a bundle that is damaged here is fetched again', async () => {
  const bundle = await made();
  const cache = cacheOf();
  const path = await cache.open(bundle);
  const damages: readonly (() => Promise<unknown>)[] = [
    () => writeFile(join(path, 'mouth', 's.webp'), 'x'.repeat(MOUTH.length)),
    () => writeFile(join(path, 'mouth', 's.webp'), 'short'),
    () => rm(join(path, 'thumbnail.webp')),
    () => writeFile(join(path, '.index.json'), '{}'),
    () => rm(path, { recursive: true }),
  ];
  for (const damage of damages) {
    await damage();
    expect(await cache.open(bundle)).toBe(path);
    expect(await readFile(join(path, 'mouth', 's.webp'), 'utf8')).toBe(MOUTH);
    expect(await readFile(join(path, 'thumbnail.webp'), 'utf8')).toBe('still');
  }
  // Also what was damaged while no process looked.
  await writeFile(join(path, 'manifest.json'), MANIFEST.replace('photo', 'phota'));
  expect(await readFile(join(await cacheOf().open(bundle), 'manifest.json'), 'utf8')).toBe(MANIFEST);
});

test('a store that does not answer, or has lost or damaged a file, says so and leaves nothing here', async () => {
  const bundle = await made();
  fault = new BlobStoreError('it does not answer');
  await expect(cacheOf().open(bundle)).rejects.toThrow(BlobStoreError);
  fault = null;
  const key = { area: 'avatars', owner: bundle.owner, sha256: bundle.thumbnail as string } as const;
  const path = join(root, 'store', key.area, key.owner, key.sha256);
  await writeFile(path, 'stilt');
  await expect(cacheOf().open(bundle)).rejects.toThrow(BundleLostError);
  await local.delete(key);
  await expect(cacheOf().open(bundle)).rejects.toThrow(BundleLostError);
  expect([await names(), await leftovers()]).toEqual([[], []]);
});

test('what was not opened for longest makes room, but nothing that may be in a call', async () => {
  const [first, second, third] = [await made('{"id":1}'), await made('{"id":2}'), await made('{"id":3}')];
  const cache = cacheOf(store, 12_000);
  const [oldest, older] = [await cache.open(first), await cache.open(second)];
  await cache.open(third);
  expect(await names()).toHaveLength(3);
  await age(oldest, 3);
  await age(older, 2);
  const all = async () => new Set([first.index, second.index, third.index]);
  await cache.sweep(all, () => false);
  expect(new Set(await names())).toEqual(new Set([second.index, third.index]));
  // The disk is nearly full.
  await cache.sweep(all, () => true);
  expect(await names()).toEqual([third.index]);
  // Its avatar is deleted.
  await age(join(root, 'cache', third.index), 2);
  await cache.sweep(
    async () => new Set(),
    () => false,
  );
  expect(await names()).toEqual([]);
});

test('what is opened while it is about to make room stays', async () => {
  const bundle = await made();
  const cache = cacheOf(store, 0);
  const path = await cache.open(bundle);
  await age(path, 3);
  const openedMeanwhile = async () => {
    await cacheOf().open(bundle);
    return new Set<string>();
  };
  await cache.sweep(openedMeanwhile, () => false);
  expect(await names()).toEqual([bundle.index]);
  await age(path, 3);
  await cache.sweep(
    async () => new Set(),
    () => false,
  );
  expect(await names()).toEqual([]);
});

test('files of a store on the same disk take no room here', async () => {
  const bundle = await made();
  const cache = cacheOf(local, 0);
  const path = await cache.open(bundle);
  await age(path, 5);
  await cache.sweep(
    async () => new Set([bundle.index]),
    () => false,
  );
  expect(await names()).toEqual([bundle.index]);
  // Here, in the store, and where it was made.
  expect((await stat(join(path, 'mouth', 's.webp'))).nlink).toBe(3);
});

test('a list of files that leads out of its folder is none', async () => {
  const bundle = await made();
  const evil = Buffer.from(JSON.stringify({ files: { '../../evil': { sha256: 'ab'.repeat(32), bytes: 4 } } }));
  const body = (async function* () {
    yield evil;
  })();
  const { sha256: index } = await local.put({ area: 'avatars', owner: bundle.owner }, body, { maxBytes: 1000 });
  await expect(cacheOf().open({ ...bundle, index })).rejects.toThrow(BundleLostError);
});

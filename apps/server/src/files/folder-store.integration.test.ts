import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { openFolderStore } from './folder-store.ts';
import { describeBlobStore, inParts, keysIn } from './testing/conformance.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavis-folder-store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('a folder of blobs', () => describeBlobStore((folder) => openFolderStore(join(folder, 'store'))));

test('a folder that others fill and empty at the same time loses nothing', async () => {
  const [store, other] = await Promise.all([openFolderStore(root), openFolderStore(root)]);
  const owner = { area: 'recordings', owner: newPublicId() } as const;
  const gone = await store.put(owner, inParts(Buffer.from('gone')), { maxBytes: 9 });
  for (let round = 0; round < 50; round += 1) {
    const [kept] = await Promise.all([
      store.put(owner, inParts(Buffer.from(`${round}`)), { maxBytes: 9 }),
      other.delete(gone),
      other.put(owner, inParts(Buffer.from('gone')), { maxBytes: 9 }),
    ]);
    expect(await other.find(kept)).not.toBeNull();
    await Promise.all([store.delete(kept), other.delete(gone)]);
  }
  expect(await keysIn(store, owner)).toEqual([]);
  expect(await readdir(join(root, '.partial'))).toEqual([]);
});

test('what is no blob is not listed and not touched', async () => {
  const store = await openFolderStore(root);
  const owner = { area: 'uploads', owner: newPublicId() } as const;
  await mkdir(join(root, 'uploads', owner.owner), { recursive: true });
  await writeFile(join(root, 'uploads', owner.owner, 'notes.txt'), 'mine');
  await writeFile(join(root, 'uploads', 'README'), 'mine');
  expect(await keysIn(store, owner)).toEqual([]);
  const key = await store.put(owner, inParts(Buffer.from('x')), { maxBytes: 1 });
  await store.delete(key);
  expect(existsSync(join(root, 'uploads', owner.owner, 'notes.txt'))).toBe(true);
});

test('parts that a process left when it was killed long ago are removed at the start', async () => {
  await openFolderStore(root);
  const [old, young] = [join(root, '.partial', 'old'), join(root, '.partial', 'young')];
  await writeFile(old, 'half');
  await writeFile(young, 'half');
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await utimes(old, longAgo, longAgo);
  await openFolderStore(root);
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
});

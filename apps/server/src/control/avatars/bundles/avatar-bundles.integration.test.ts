import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { avatarJobs, uploads } from '../../../db/making-schema.ts';
import { avatars, projects } from '../../../db/schema.ts';
import { silent } from '../../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../../db/testing/test-databases.ts';
import { type BlobStore, BlobStoreError } from '../../../files/blob-store.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import { newPublicId } from '../../ids.ts';
import { AvatarSources } from '../making/avatar-sources.ts';
import { AvatarBundles } from './avatar-bundles.ts';
import { BundleCache } from './bundle-cache.ts';

const FILES = { 'manifest.json': '{"description":"Drawn."}', 'thumbnail.webp': 'still', 'mouth/s.webp': 'sss' };
const LATER_MS = 2 * 3_600_000;

describeOnBothDatabases('files of older servers', (context) => {
  let root: string;
  let store: BlobStore;
  let projectId: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'visavis-older-'));
    for (const name of ['avatars', 'uploads']) await mkdir(join(root, name));
    store = await openFolderStore(join(root, 'store'));
    await context.db.orm.execute(sql`delete from projects`);
    projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const insert = async (bundleName: string, state: 'ready' | 'making' = 'ready'): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(avatars).values({
      id,
      projectId,
      name: 'Mia',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      state,
      bundleSource: 'made',
      bundleName,
      thumbnail: 'thumbnail.webp',
      preview: null,
      bundleBytes: 7,
    });
    return id;
  };
  /** As an older server left it; gives the name of its folder. */
  const leave = async (files: Readonly<Record<string, string>> = FILES): Promise<string> => {
    const name = newPublicId();
    await mkdir(join(root, 'avatars', name, 'mouth'), { recursive: true });
    for (const [path, body] of Object.entries(files)) await writeFile(join(root, 'avatars', name, path), body);
    return name;
  };
  /** What a node has: its own parts over the common database, store and, here, folders. */
  const node = (name = 'cache', blobs = store) => {
    const cache = new BundleCache({ store: blobs, folder: join(root, name), maxBytes: 1_000_000 });
    const parts = { db: context.db, store: blobs, logger: silent };
    return {
      bundles: new AvatarBundles({ ...parts, cache, madeFolder: join(root, 'avatars'), isDiskLow: () => false }),
      sources: new AvatarSources({ ...parts, folder: join(root, 'uploads') }),
    };
  };
  const placeOf = async (avatarId: string) => {
    const [row] = await context.db.orm.select().from(avatars).where(eq(avatars.id, avatarId));
    if (row === undefined) throw new Error('the avatar is gone');
    return { bundlePath: join(root, 'avatars', row.bundleName), storedBundle: row.storedBundle };
  };
  const filesOf = async (avatarId: string, { bundles } = node(newPublicId())) => {
    const opened = await bundles.open(await placeOf(avatarId));
    if (opened.kind !== 'open') return opened.kind;
    const read = Object.keys(FILES).map(async (path) => [path, await readFile(join(opened.path, path), 'utf8')]);
    return Object.fromEntries(await Promise.all(read));
  };
  const owners = async (area: 'avatars' | 'sources') => {
    const found = new Set<string>();
    for await (const { owner } of store.list(area)) found.add(owner);
    return found.size;
  };
  const age = () =>
    readdir(join(root, 'avatars')).then((names) =>
      Promise.all(names.map((name) => utimes(join(root, 'avatars', name), 0, 0))),
    );

  test('avatars move into the store, copies with them; their folders stay for an hour', async () => {
    const name = await leave();
    const [mia, copy] = [await insert(name), await insert(name)];
    expect(await filesOf(mia)).toEqual(FILES);
    await age();
    await node().bundles.sweep();
    const [one, two] = [await placeOf(mia), await placeOf(copy)];
    expect(one.storedBundle).toMatchObject({ description: 'Drawn.', preview: null, face: null });
    expect(two.storedBundle).toEqual(one.storedBundle);
    expect([await filesOf(mia), await filesOf(copy), await owners('avatars')]).toEqual([FILES, FILES, 1]);
    expect(existsSync(join(root, 'avatars', name))).toBe(true);
    await age();
    await node().bundles.sweep();
    expect(await readdir(join(root, 'avatars'))).toEqual([]);
    expect(await filesOf(mia)).toEqual(FILES);
  });

  test('a move that is killed anywhere loses nothing, and is gone on with', async () => {
    const name = await leave();
    const avatarId = await insert(name);
    let steps = 0;
    for (let killedAt = 1; (await placeOf(avatarId)).storedBundle === null; killedAt += 1) {
      steps = killedAt;
      let done = 0;
      const killed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        done += 1;
        if (done >= killedAt) throw new BlobStoreError('killed');
        return work();
      };
      const dying: BlobStore = {
        ...store,
        put: (...given) => killed(() => store.put(...given)),
        putFile: (...given) => killed(() => store.putFile(...given)),
        deleteAllOf: (...given) => killed(() => store.deleteAllOf(...given)),
      };
      await age();
      await node('cache', dying)
        .bundles.sweep()
        .catch((error: unknown) => expect(String(error)).toContain('killed'));
      expect(await filesOf(avatarId)).toEqual(FILES);
    }
    // Each of its files, and their list.
    expect(steps).toBe(Object.keys(FILES).length + 2);
    expect(await owners('avatars')).toBeGreaterThan(1);
    await node().bundles.sweep(Date.now() + LATER_MS);
    expect([await owners('avatars'), await filesOf(avatarId)]).toEqual([1, FILES]);
  });

  test('two nodes that share the folders move each avatar once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, async () => insert(await leave())));
    await Promise.all(['a', 'b', 'c'].map((name) => node(name).bundles.sweep()));
    for (const id of ids) expect(await filesOf(id)).toEqual(FILES);
    expect(await owners('avatars')).toBe(ids.length);
    await node().bundles.sweep(Date.now() + LATER_MS);
    for (const id of ids) expect(await filesOf(id)).toEqual(FILES);
  });

  test('a folder that is no bundle stays where it is, and holds no other up; what belongs to no avatar goes', async () => {
    const broken = await leave({ 'thumbnail.webp': 'still' });
    const [brokenId, soundId] = [await insert(broken), await insert(await leave())];
    const nobodys = await leave();
    await mkdir(join(root, 'avatars', `${newPublicId()}.partial-12`));
    await mkdir(join(root, 'avatars', 'mine'));
    await age();
    await node().bundles.sweep();
    expect((await placeOf(brokenId)).storedBundle).toBeNull();
    expect(await filesOf(soundId)).toEqual(FILES);
    expect(existsSync(join(root, 'avatars', broken))).toBe(true);
    expect(existsSync(join(root, 'avatars', nobodys))).toBe(false);
    expect((await readdir(join(root, 'avatars'))).filter((name) => name.includes('partial'))).toEqual([]);
    expect(existsSync(join(root, 'avatars', 'mine'))).toBe(true);
  });

  test('photos that were sent move into the store, and to whom they belong then, also while it dies and with several', async () => {
    const names = ['a', 'b'].map((letter) => `${letter.repeat(32)}.png`) as [string, string];
    for (const name of names) await writeFile(join(root, 'uploads', name), name);
    const uploadId = newPublicId();
    await context.db.orm
      .insert(uploads)
      .values({ id: uploadId, projectId, kind: 'picture', file: names[0], sizeBytes: 36 });
    const avatarId = await insert(newPublicId(), 'making');
    await context.db.orm.insert(avatarJobs).values({ avatarId, file: names[1], fileBytes: 36, attemptsLeft: 2 });
    const dying = { ...store, putFile: () => Promise.reject(new BlobStoreError('killed')) };
    await expect(node('cache', dying).sources.sweep()).rejects.toThrow('killed');
    const copies = async () => {
      const [upload] = await context.db.orm.select().from(uploads).where(eq(uploads.id, uploadId));
      const [job] = await context.db.orm.select().from(avatarJobs).where(eq(avatarJobs.avatarId, avatarId));
      const { sources } = node();
      const read = async (source: string) => {
        const folder = await mkdtemp(join(root, 'work-'));
        const path = await sources.copyTo(folder, source, AbortSignal.timeout(10_000));
        return path === null ? null : readFile(path, 'utf8');
      };
      return [await read(upload?.file ?? ''), await read(job?.file ?? '')];
    };
    expect(await copies()).toEqual(names);
    await Promise.all(['a', 'b'].map((name) => node(name).sources.sweep()));
    expect([await copies(), await owners('sources'), await readdir(join(root, 'uploads'))]).toEqual([names, 2, []]);
    await node().sources.sweep(Date.now() + LATER_MS);
    expect(await copies()).toEqual(names);
  });
});

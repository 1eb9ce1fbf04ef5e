import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../db/database.ts';
import { uploads } from '../../../db/making-schema.ts';
import { avatars, projects } from '../../../db/schema.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../../db/testing/postgres-server.ts';
import { silent } from '../../../db/testing/silent-logger.ts';
import { warnSkipped } from '../../../db/testing/test-databases.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import { newPublicId } from '../../ids.ts';
import { AvatarSources } from '../making/avatar-sources.ts';
import { AvatarBundles } from './avatar-bundles.ts';
import { BundleCache } from './bundle-cache.ts';

const NODE = fileURLToPath(new URL('./testing/moving-process.ts', import.meta.url));
const NAMES = ['manifest.json', 'thumbnail.webp', 'mouth/a.webp', 'mouth/b.webp', 'mouth/c.webp'];
const [AVATARS, PHOTOS, KILLS] = [30, 15, 8];
/** About how long the whole move takes. */
const MOVE_MS = 400;
const LATER_MS = 2 * 3_600_000;

const postgres = findPostgres();
if (!postgres) warnSkipped('moves of files that are killed');

describe.skipIf(!postgres)('nodes that move files of older servers', () => {
  let server: PostgresServer;
  let url = '';
  let db: Database;
  let folder = '';
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
    url = await server.newDatabase();
    db = await openDatabase({ databaseUrl: url, logger: silent });
    folder = await mkdtemp(join(tmpdir(), 'visavis-moving-'));
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const contentOf = (owner: string, name: string): string =>
    name === 'manifest.json' ? JSON.stringify({ description: owner }) : `${owner} ${name} `.repeat(1_000);
  const leave = async (): Promise<void> => {
    const projectId = newPublicId();
    await db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    for (let count = 0; count < AVATARS; count += 1) {
      const bundleName = newPublicId();
      await mkdir(join(folder, 'avatars', bundleName, 'mouth'), { recursive: true });
      for (const name of NAMES) await writeFile(join(folder, 'avatars', bundleName, name), contentOf(bundleName, name));
      await db.orm.insert(avatars).values({
        id: newPublicId(),
        projectId,
        name: 'Mia',
        provider: 'local',
        model: 'local',
        voice: 'a',
        language: 'en',
        bundleSource: 'made',
        bundleName,
        thumbnail: 'thumbnail.webp',
        preview: null,
      });
    }
    await mkdir(join(folder, 'uploads'));
    for (let count = 0; count < PHOTOS; count += 1) {
      const id = newPublicId();
      await writeFile(join(folder, 'uploads', `${id}.png`), contentOf(id, 'photo'));
      await db.orm.insert(uploads).values({ id, projectId, kind: 'picture', file: `${id}.png`, sizeBytes: 1 });
    }
  };
  /** Killed after so long since it began to move; says whether it had come to its end before. */
  const move = async (killedAfterMs: number | null): Promise<boolean> => {
    const child = spawn(process.execPath, [NODE, url, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const said: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    if (killedAfterMs !== null) {
      await once(child.stdout, 'data');
      await delay(killedAfterMs);
      child.kill('SIGKILL');
    }
    await exited;
    return said.join('').includes('has moved');
  };

  test('are killed at any moment, two at a time: every avatar and photo is there, once and whole', {
    timeout: 600_000,
  }, async () => {
    await leave();
    let cutOff = 0;
    for (let kill = 0; kill < KILLS; kill += 2) {
      const ended = await Promise.all([1, 2].map(() => move(Math.random() * (MOVE_MS / KILLS) * 2)));
      cutOff += ended.filter((isDone) => !isDone).length;
    }
    expect(cutOff).toBeGreaterThan(0);
    expect(await Promise.all([move(null), move(null)])).toEqual([true, true]);

    const parts = { db, store: await openFolderStore(join(folder, 'store')), logger: silent };
    const cache = new BundleCache({ store: parts.store, folder: join(folder, 'bundles'), maxBytes: 1_000_000_000 });
    const bundles = new AvatarBundles({ ...parts, cache, madeFolder: join(folder, 'avatars'), isDiskLow: () => false });
    const sources = new AvatarSources({ ...parts, folder: join(folder, 'uploads') });
    await Promise.all([bundles.sweep(Date.now() + LATER_MS), sources.sweep(Date.now() + LATER_MS)]);
    const owners = new Set<string>();
    for await (const { owner } of parts.store.list('avatars')) owners.add(owner);
    expect(owners.size).toBe(AVATARS);
    for (const { storedBundle, bundleName } of await db.orm.select().from(avatars)) {
      expect(owners.has(storedBundle?.owner ?? '')).toBe(true);
      const opened = await bundles.open({ bundlePath: '/nowhere', storedBundle });
      const path = opened.kind === 'open' ? opened.path : opened.kind;
      for (const name of NAMES) expect(await readFile(join(path, name), 'utf8')).toBe(contentOf(bundleName, name));
    }
    for (const { id, file } of await db.orm.select().from(uploads)) {
      const work = await mkdtemp(join(folder, 'work-'));
      const path = await sources.copyTo(work, file, AbortSignal.timeout(10_000));
      expect(await readFile(path ?? '', 'utf8')).toBe(contentOf(id, 'photo'));
    }
    // What a kill left there whose row names the store already goes a day later.
    for (const name of await readdir(join(folder, 'uploads'))) await utimes(join(folder, 'uploads', name), 0, 0);
    await sources.sweep();
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });
});

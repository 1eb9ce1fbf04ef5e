import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../db/database.ts';
import { conversations, projects } from '../../db/schema.ts';
import { newDataDir } from '../../db/testing/embedded-folder.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../db/testing/postgres-server.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { warnSkipped } from '../../db/testing/test-databases.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { S3Store, type S3StoreOptions } from '../../files/s3-store.ts';
import { keysIn } from '../../files/testing/conformance.ts';
import { type FaultyProxy, startFaultyProxy } from '../../files/testing/faulty-proxy.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from '../../files/testing/s3-server.ts';
import { newPublicId } from '../ids.ts';
import { loadMasterKeys } from '../secrets/master-key.ts';
import { Recordings } from './recordings.ts';

const masterKeys = loadMasterKeys({ masterKey: 'ab'.repeat(32), dataDir: '/nowhere' });
const projectId = newPublicId();
let dataDir: string;
let db: Database;
let root: string;
beforeAll(async () => {
  dataDir = await newDataDir();
  db = await openDatabase({ dataDir, logger: silent });
  await db.orm.insert(projects).values({ id: projectId, name: 'Films' });
});
afterAll(async () => {
  await db?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavis-films-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function talk({ status = 1, of = db }: { status?: number; of?: Database } = {}): Promise<string> {
  const id = newPublicId();
  const values = { id, projectId, licenceId: newPublicId(), avatarId: newPublicId(), status, startedAt: new Date() };
  await of.orm.insert(conversations).values(values);
  return id;
}

/** A node with a disk of its own, beside others that share the store. */
async function node(store: BlobStore, name = 'node', of = db): Promise<Recordings> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  return new Recordings({ folder, store, masterKeys, db: of, logger: silent });
}

async function film(recordings: Recordings, sessionId: string, { bytes = randomBytes(100_000), ageMs = 120_000 } = {}) {
  const path = join(recordings.folder, `${sessionId}.webm`);
  await writeFile(path, bytes);
  const at = new Date(Date.now() - ageMs);
  await utimes(path, at, at);
  return { path, bytes };
}

async function watch(recordings: Recordings, sessionId: string, of = db): Promise<Buffer | null> {
  const [row] = await of.orm.select().from(conversations).where(eq(conversations.id, sessionId));
  const link = await recordings.link({
    sessionId,
    status: row?.status ?? 1,
    recordingFile: row?.recordingFile ?? null,
  });
  if (link === null) return null;
  const query = new URL(link, 'http://here').searchParams;
  const found = await recordings.open(sessionId, query.get('expires') ?? '', query.get('signature') ?? '');
  if (found === null) return null;
  const parts: Uint8Array[] = [];
  for await (const part of found.file.read()) parts.push(part);
  return Buffer.concat(parts);
}

function describeFilms(openStore: () => Promise<BlobStore>): void {
  test('a film is watched on any node once its call has ended, and the disk of the one that made it has it no more', async () => {
    const store = await openStore();
    const [one, other] = await Promise.all([node(store, 'one'), node(store, 'other')]);
    const sessionId = await talk();
    const { path, bytes } = await film(one, sessionId);
    // On its way: there where it was made, nowhere else.
    expect((await watch(one, sessionId))?.equals(bytes)).toBe(true);
    expect(await watch(other, sessionId)).toBeNull();
    await one.keep(sessionId);
    await one.keep(sessionId);
    expect(existsSync(path)).toBe(false);
    expect((await watch(other, sessionId))?.equals(bytes)).toBe(true);
    const [row] = await db.orm.select().from(conversations).where(eq(conversations.id, sessionId));
    expect(row?.recordingBytes).toBe(bytes.byteLength);
  });

  test('films of an older data folder go into the store with the first sweep; what is still written or in a call stays', async () => {
    const store = await openStore();
    const recordings = await node(store);
    const [old, young, live, gone] = [await talk(), await talk(), await talk({ status: 0 }), newPublicId()];
    const before = await film(recordings, old);
    await film(recordings, young, { ageMs: 1000 });
    await film(recordings, live);
    await film(recordings, gone);
    await writeFile(join(recordings.folder, 'notes.txt'), 'mine');
    expect(await recordings.sweep()).toBe(1);
    expect((await readdir(recordings.folder)).sort()).toEqual([`${live}.webm`, `${young}.webm`, 'notes.txt'].sort());
    expect((await watch(recordings, old))?.equals(before.bytes)).toBe(true);
    expect(await keysIn(store, { area: 'recordings', owner: gone })).toEqual([]);
  });

  test('a deleted talk leaves no film, on the disk or in the store, and the film of another with the same bytes stays', async () => {
    const store = await openStore();
    const recordings = await node(store);
    const [mine, theirs] = [await talk(), await talk()];
    const { bytes } = await film(recordings, mine);
    await film(recordings, theirs, { bytes });
    await recordings.keep(mine);
    await recordings.keep(theirs);
    await db.orm.delete(conversations).where(eq(conversations.id, mine));
    await recordings.remove(mine);
    await recordings.settled();
    expect(await keysIn(store, { area: 'recordings', owner: mine })).toEqual([]);
    expect((await watch(recordings, theirs))?.equals(bytes)).toBe(true);
  });

  test('a talk that is deleted while its film goes into the store leaves none there', async () => {
    const store = await openStore();
    const recordings = await node(store);
    const sessionId = await talk();
    await film(recordings, sessionId);
    await db.orm.delete(conversations).where(eq(conversations.id, sessionId));
    await recordings.keep(sessionId);
    expect(await keysIn(store, { area: 'recordings', owner: sessionId })).toEqual([]);
    expect(await readdir(recordings.folder)).toEqual([]);
  });

  test('films in the store whose talk is gone are deleted once they are old enough to be nobody’s', async () => {
    const store = await openStore();
    const recordings = await node(store);
    const [kept, gone] = [await talk(), await talk()];
    for (const sessionId of [kept, gone]) {
      await film(recordings, sessionId);
      await recordings.keep(sessionId);
    }
    await db.orm.delete(conversations).where(eq(conversations.id, gone));
    expect(await recordings.sweep()).toBe(0);
    expect(await recordings.sweep(Date.now() + 2 * 3_600_000)).toBeGreaterThanOrEqual(1);
    expect(await keysIn(store, { area: 'recordings', owner: gone })).toEqual([]);
    expect(await keysIn(store, { area: 'recordings', owner: kept })).toHaveLength(1);
  });
}

describe('films in a folder', () => describeFilms(() => openFolderStore(join(root, 'files'))));

const program = findS3Server();
if (program === null) warnNoS3('films of calls');
describe.skipIf(program === null)('films in a store that speaks S3', () => {
  let server: S3Server;
  let proxy: FaultyProxy;
  const patience = { answerMs: 1000, stallMs: 500, uploadMs: 1000, connectMs: 500 };
  const open = async (changes: Partial<S3StoreOptions> = { patience }): Promise<BlobStore> => {
    const settings = { ...(await server.newBucket()), endpoint: proxy.endpoint, ...changes };
    return new S3Store({ ...settings, spoolFolder: join(root, 'spool') });
  };
  beforeAll(async () => {
    server = await startS3Server(program as string);
    proxy = await startFaultyProxy(server.settings.endpoint as string);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });

  describeFilms(open);

  test('many films are deleted, and a server stops, without waiting for a store that says nothing', async () => {
    const recordings = await node(await open({}));
    proxy.fault = 'hang';
    try {
      const asked = proxy.asked('GET');
      const fromMs = performance.now();
      for (let count = 0; count < 50; count += 1) await recordings.remove(newPublicId());
      await vi.waitFor(() => expect(proxy.asked('GET')).toBe(asked + 1), 5000);
      await recordings.close();
      // Less than the store would be waited for to answer once.
      expect(performance.now() - fromMs).toBeLessThan(10_000);
    } finally {
      proxy.fault = 'none';
    }
  });

  test('a store that fails keeps nobody waiting: films stay on the disk, can be watched there, and go when it is back', async () => {
    const store = await open();
    const recordings = await node(store);
    const [fresh, stored] = [await talk(), await talk()];
    await film(recordings, stored);
    await recordings.keep(stored);
    const { bytes } = await film(recordings, fresh);
    proxy.fault = 'hang';
    try {
      recordings.keepSoon(fresh);
      expect((await watch(recordings, fresh))?.equals(bytes)).toBe(true);
      await expect(watch(recordings, stored)).rejects.toThrow(BlobStoreError);
      await recordings.remove(stored);
      await recordings.close();
    } finally {
      proxy.fault = 'none';
    }
    expect(existsSync(join(recordings.folder, `${fresh}.webm`))).toBe(true);
    const started = new Recordings({ folder: recordings.folder, store, masterKeys, db, logger: silent });
    await started.sweep();
    expect(await readdir(recordings.folder)).toEqual([]);
    expect((await watch(started, fresh))?.equals(bytes)).toBe(true);
  });
});

const postgres = findPostgres();
if (postgres === null) warnSkipped('a move of films that is killed');
describe.skipIf(postgres === null)('films on a server that is killed', () => {
  let server: PostgresServer;
  let url: string;
  let shared: Database;
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
    url = await server.newDatabase();
    shared = await openDatabase({ databaseUrl: url, logger: silent });
    await shared.orm.insert(projects).values({ id: projectId, name: 'Films' });
  });
  afterAll(async () => {
    await shared?.close();
    await server?.stop();
  });

  test('a move into the store that is killed at any step is done again, and no film is lost or left over', async () => {
    const files = join(root, 'files');
    const store = await openFolderStore(files);
    const recordings = await node(store, 'node', shared);
    const films = new Map<string, Buffer>();
    for (let count = 0; count < 6; count += 1) {
      const sessionId = await talk({ of: shared });
      films.set(sessionId, (await film(recordings, sessionId, { bytes: randomBytes(2_000_000) })).bytes);
    }
    const requireAll = async (): Promise<void> => {
      for (const [sessionId, bytes] of films) {
        expect((await watch(recordings, sessionId, shared))?.equals(bytes)).toBe(true);
      }
    };
    let killed = 0;
    for (let round = 0; round < 6; round += 1) {
      const child = fork(join(import.meta.dirname, 'testing', 'move-films.ts'), [recordings.folder, files, url]);
      const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      // Alternately while a film is copied, and between its place in the store and in the record.
      let steps = 0;
      child.on('message', () => {
        steps += 1;
        if (steps === 1 + (round % 2)) child.kill('SIGKILL');
      });
      if ((await ended) === 'SIGKILL') killed += 1;
      await requireAll();
    }
    expect(killed).toBe(6);
    await recordings.sweep();
    await requireAll();
    expect(await readdir(recordings.folder)).toEqual([]);
    for (const owner of films.keys()) expect(await keysIn(store, { area: 'recordings', owner })).toHaveLength(1);
  });
});

import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BundleTask } from '../../control/avatars/making/avatar-workshop.ts';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200)]);
const STILL = 'RIFF....WEBP';
const FILM = '0123456789';

describeOnBothDatabases('files of avatars', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let project: string;
  let path: string;
  let license: string;
  let baseUrl: string;
  let store: BlobStore;
  /** What the store says in place of doing anything; null: it works. */
  let fault: Error | null = null;
  const folder = mkdtempSync(join(tmpdir(), 'visavis-avatar-files-'));
  const folders = { shipped: folder, made: join(folder, 'made') };

  const run = async ({ outDir }: BundleTask) => {
    await mkdir(join(outDir, 'mouth'), { recursive: true });
    const manifest = '{"description":"Drawn from a photo."}';
    const files = { 'manifest.json': manifest, 'thumbnail.webp': STILL, 'preview.mp4': FILM, 'mouth/s.webp': 'sss' };
    for (const [name, body] of Object.entries(files)) await writeFile(join(outDir, name), body);
    return { kind: 'made', thumbnail: 'thumbnail.webp', preview: 'preview.mp4', notice: null } as const;
  };
  const faulty = (real: BlobStore): BlobStore => ({
    ...real,
    put: async (...given) => (fault === null ? real.put(...given) : Promise.reject(fault)),
    putFile: async (...given) => (fault === null ? real.putFile(...given) : Promise.reject(fault)),
    find: async (...given) => (fault === null ? real.find(...given) : Promise.reject(fault)),
    delete: async (...given) => (fault === null ? real.delete(...given) : Promise.reject(fault)),
  });

  beforeAll(async () => {
    store = await openFolderStore(join(folder, 'store'));
    server = await createConsoleServer(context.db, {
      folders,
      blobs: faulty(store),
      making: { uploadFolder: join(folder, 'uploads'), workFolder: join(folder, 'making'), run },
    });
    baseUrl = await server.listen(24900 + Math.floor(Math.random() * 90));
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fault = null;
    await context.db.orm.execute(sql`delete from attempts`);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    project = `/projects/${(await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId}`;
    license = (await browser.send('POST', `${project}/keys`, { name: 'k' })).json().key;
    path = `${project}/avatars`;
  });

  const upload = () =>
    browser.request({
      method: 'POST',
      url: `/api/v1${project}/uploads`,
      payload: PNG,
      headers: { 'content-type': 'image/png' },
    });
  const stateOf = async (avatarId: string) => (await browser.send('GET', `${path}/${avatarId}`)).json().state;
  const isReady = (avatarId: string) =>
    vi.waitFor(async () => expect(await stateOf(avatarId)).toBe('ready'), { timeout: 60_000, interval: 50 });
  const make = async (): Promise<string> => {
    const { uploadId } = (await upload()).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    await isReady(avatarId);
    return avatarId;
  };
  const fileBytes = async (): Promise<number> => (await browser.send('GET', project)).json().usage.fileBytes.used;
  const blobsIn = async (area: 'sources' | 'avatars'): Promise<number> => {
    let count = 0;
    for await (const _ of store.list(area)) count += 1;
    return count;
  };
  const MADE_BYTES = '{"description":"Drawn from a photo."}'.length + STILL.length + FILM.length + 'sss'.length;

  test('the picture and the film of an avatar are served out of the store, in parts, and once only to who keeps them', async () => {
    const avatarId = await make();
    const get = (name: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
      server.app.inject({ method, url: `/uploadFiles/${avatarId}${name}`, headers });
    for (const name of ['.webp', '.png']) {
      const { statusCode, headers, body } = await get(name);
      expect([statusCode, headers['content-type'], body]).toEqual([200, 'image/webp', STILL]);
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' });
    }
    const film = await get('.mp4');
    const etag = String(film.headers.etag);
    expect([film.headers['content-type'], film.headers['accept-ranges'], film.body]).toEqual([
      'video/mp4',
      'bytes',
      FILM,
    ]);
    const part = await get('.mp4', { range: 'bytes=2-4', 'if-range': etag });
    expect([part.statusCode, part.headers['content-range'], part.body]).toEqual([206, 'bytes 2-4/10', '234']);
    expect((await get('.mp4', { range: 'bytes=2-4', 'if-range': '"another"' })).body).toBe(FILM);
    expect((await get('.mp4', { range: 'bytes=20-' })).statusCode).toBe(416);
    const head = await get('.mp4', {}, 'HEAD');
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
    for (const known of [etag, `W/${etag}, "another"`]) {
      const { statusCode, body } = await get('.mp4', { 'if-none-match': known });
      expect([statusCode, body]).toEqual([304, '']);
    }
    expect((await get('.mp4', { 'if-none-match': '"another"' })).statusCode).toBe(200);
    const own = await browser.send('GET', `${path}/${avatarId}/picture`);
    expect([own.headers['content-type'], own.body]).toEqual(['image/webp', STILL]);
    // A copy has the same files, also when the first is gone.
    const copy = (await browser.send('POST', path, { fromAvatarId: avatarId })).json();
    await browser.send('DELETE', `${path}/${avatarId}`);
    expect((await get('.mp4')).statusCode).toBe(404);
    expect((await server.app.inject(`/uploadFiles/${copy.avatarId}.mp4`)).body).toBe(FILM);
  });

  test('a photo is in the store until its avatar is ready, whose files are then, and all of them count', async () => {
    const { uploadId } = (await upload()).json();
    expect([await fileBytes(), await readdir(join(folder, 'uploads'))]).toEqual([PNG.length, []]);
    expect(await blobsIn('sources')).toBe(1);
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    await isReady(avatarId);
    expect(await fileBytes()).toBe(MADE_BYTES);
    await vi.waitFor(async () => expect(await blobsIn('sources')).toBe(0), 10_000);
    await vi.waitFor(async () => expect(await readdir(join(folder, 'making'))).toEqual([]), 10_000);
    expect(existsSync(folders.made)).toBe(false);
  });

  test('a call with an avatar gets its files on this machine, whole', async () => {
    const avatarId = await make();
    const client = new TestClient(baseUrl, { license, avatarId });
    await client.event('conversation.connected.success');
    const { bundlePath } = server.placer.calls.at(-1)!.config.avatar;
    expect(await readFile(join(bundlePath, 'mouth', 's.webp'), 'utf8')).toBe('sss');
    client.socket.close();
  });

  test('while the store does not answer, nothing is lost: uploads and calls are told so, a making waits', {
    timeout: 120_000,
  }, async () => {
    const avatarId = await make();
    const { uploadId } = (await upload()).json();
    fault = new BlobStoreError('the bucket does not answer');
    const refused = await upload();
    expect([refused.statusCode, refused.json().error]).toMatchObject([
      503,
      { code: 'overloaded', message: 'The files of this server cannot be reached now. Try again in a moment.' },
    ]);
    expect(refused.headers['retry-after']).toBe('10');
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
    for (const url of [`/uploadFiles/${avatarId}.webp`, `/api/v1${path}/${avatarId}/picture`]) {
      const answer = await browser.request({ method: 'GET', url });
      expect([url, answer.statusCode, answer.headers['cache-control']]).toEqual([url, 503, 'no-store']);
    }
    const waiting = (await browser.send('POST', path, { uploadId, name: 'Later' })).json().avatarId;
    await rm(join(server.bundleFolder), { recursive: true, force: true });
    const client = new TestClient(baseUrl, { license, avatarId });
    const told = await client.event('conversation.connected.backend_error');
    expect(JSON.stringify(told)).toContain('The files of this avatar cannot be fetched now. Call again in a moment.');
    expect(await stateOf(waiting)).toBe('making');
    fault = null;
    await isReady(waiting);
    const again = new TestClient(baseUrl, { license, avatarId });
    await again.event('conversation.connected.success');
    again.socket.close();
  });

  test('the files of an avatar go when it is gone for good and its copies are, and those of nobody', async () => {
    const avatarId = await make();
    const copy = (await browser.send('POST', path, { fromAvatarId: avatarId })).json().avatarId;
    const stray = { area: 'avatars', owner: newPublicId() } as const;
    const source = { area: 'sources', owner: newPublicId() } as const;
    for (const owner of [stray, source]) await store.putFile(owner, join(import.meta.dirname, 'given.ts'));
    const sweep = async () => {
      const later = Date.now() + 2 * 3_600_000;
      await Promise.all([server.services.uploads?.sweep(later), server.plane.bundles.sweep(later)]);
      return [await blobsIn('sources'), (await server.app.inject(`/uploadFiles/${copy}.webp`)).statusCode];
    };
    await browser.send('DELETE', `${path}/${avatarId}`);
    await browser.send('DELETE', `${project}/bin/${avatarId}`);
    expect(await sweep()).toEqual([0, 200]);
    await browser.send('DELETE', `${path}/${copy}`);
    await sweep();
    await browser.send('POST', `${project}/bin/${copy}/restore`);
    expect(await sweep()).toEqual([0, 200]);
    await browser.send('DELETE', `${path}/${copy}`);
    await browser.send('DELETE', `${project}/bin/${copy}`);
    await context.db.orm.execute(sql`delete from avatars where bundle_source = 'made'`);
    await sweep();
    expect(await blobsIn('avatars')).toBe(0);
  });
});

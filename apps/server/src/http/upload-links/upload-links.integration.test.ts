import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { Upload as TusUpload, type UploadOptions as TusUploadOptions } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { DEFAULT_QUOTAS } from '../../control/quotas/quotas.ts';
import type { UploadLinks } from '../../control/upload-links/upload-links.ts';
import { uploadLinks } from '../../db/making-schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { saveFile } from '../../files/save-file.ts';
import { keysIn } from '../../files/testing/conformance.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

/** First bytes of a sound, a film and a picture; what follows is nobody's business here. */
const HEADS = {
  wav: Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'),
  mp4: Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'),
  png: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
};
const fileOf = (format: keyof typeof HEADS, bytes: number): Buffer =>
  Buffer.concat([HEADS[format], randomBytes(bytes - HEADS[format].byteLength)]);

type Project = { readonly projectId: string; readonly key: string; readonly browser: TestBrowser };
type Link = { readonly uploadId: string; readonly url: string; readonly state: string; readonly received: number };

describeOnBothDatabases('upload links', (context) => {
  let root: string;
  let store: BlobStore;
  let server: ConsoleTestServer;
  let links: UploadLinks;
  let baseUrl: string;
  let own: Project;
  let other: Project;
  let port = 24_500 + Math.floor(Math.random() * 300);
  /** Thrown by the store instead of keeping a file. */
  let storeFault: Error | null = null;
  const open: ClientRequest[] = [];

  const start = async (): Promise<void> => {
    const faulty = Object.create(store, {
      putFile: {
        value: (...given: Parameters<BlobStore['putFile']>) =>
          storeFault === null ? store.putFile(...given) : Promise.reject(storeFault),
      },
    });
    server = await createConsoleServer(context.db, {
      blobs: faulty,
      arrivingFolder: join(root, 'arriving'),
      quotas: { ...DEFAULT_QUOTAS, fileMbPerProject: 40 },
    });
    links = server.services.uploadLinks as UploadLinks;
    port += 1;
    baseUrl = (await server.listen(port)).replace(/^ws/, 'http');
  };
  const newProject = async (): Promise<Project> => {
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    const { key } = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json();
    return { projectId, key, browser };
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'visavis-links-'));
    store = await openFolderStore(join(root, 'store'));
    await start();
  });
  afterAll(async () => {
    await server?.close();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await context.db.pool.query('delete from attempts');
    storeFault = null;
    own = await newProject();
    other = await newProject();
  });
  afterEach(() => {
    for (const sending of open.splice(0)) sending.destroy();
  });

  const ask = (path: string, { key }: Project = own, init: RequestInit = {}): Promise<Response> =>
    fetch(`${baseUrl}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  const linkFor = async (given: object = {}, project = own): Promise<Link> => {
    const body = JSON.stringify(given);
    const reply = await ask('/uploads', project, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.status).toBe(201);
    return (await reply.json()) as Link;
  };
  const stateOf = async (url: string): Promise<Link> => (await (await fetch(url)).json()) as Link;
  const put = (url: string, body: Buffer): Promise<Response> =>
    fetch(url, { method: 'PUT', body: new Uint8Array(body) });
  const piece = (url: string, offset: number, body: Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'PATCH',
      body: new Uint8Array(body),
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': `${offset}`,
        'content-type': 'application/offset+octet-stream',
        ...headers,
      },
    });
  const byTusClient = (file: Buffer, options: TusUploadOptions): Promise<string | null> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | null>();
    const upload = new TusUpload(file, {
      chunkSize: 500_000,
      retryDelays: [0, 0, 100],
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload.url),
    });
    upload.start();
    return promise;
  };
  const bytesOf = async (urlOrId: string, { projectId } = own): Promise<Buffer | null> => {
    const stored = await links.resolveUpload(urlOrId, projectId);
    const parts: Uint8Array[] = [];
    for await (const part of stored?.file.read() ?? []) parts.push(part);
    return stored === null ? null : Buffer.concat(parts);
  };
  /** Sends so much of a piece and then nothing. */
  const beginPiece = (url: string, sent: Buffer, announced: number): ClientRequest => {
    const sending = httpRequest(url, {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': announced,
      },
    });
    sending.on('error', () => {});
    sending.write(sent);
    open.push(sending);
    return sending;
  };

  test('a file is sent to a link as one body, and found by its link or its id without the network', async () => {
    const file = fileOf('wav', 100_000);
    const link = await linkFor({ name: 'Speech.wav' });
    expect(link).toMatchObject({ state: 'open', received: 0, bytes: null, kind: null, name: 'Speech.wav' });
    expect(link.url).toBe(`${baseUrl}/uploads/${link.uploadId}`);
    const sent = await put(link.url, file);
    expect([sent.status, await sent.json()]).toMatchObject([
      201,
      { state: 'ready', kind: 'sound', format: 'wav', bytes: 100_000 },
    ]);
    for (const name of [link.url, link.uploadId, `https://elsewhere.example/uploads/${link.uploadId}?x#y`]) {
      expect((await bytesOf(name))?.equals(file)).toBe(true);
    }
    const path = join(root, newPublicId());
    const stored = await links.resolveUpload(link.url, own.projectId);
    if (stored !== null) await saveFile(stored.file, path);
    expect((await readFile(path)).equals(file)).toBe(true);
    // It lies in the store under its hash, and nowhere else; nobody is given it over the link.
    expect(await keysIn(store, { area: 'uploads', owner: link.uploadId })).toHaveLength(1);
    expect(await readdir(join(root, 'arriving'))).toEqual([]);
    expect(await stateOf(link.url)).toMatchObject({ state: 'ready', received: 100_000 });
    expect((await (await ask(`/uploads/${link.uploadId}`)).json()) as Link).toEqual(await stateOf(link.url));
  });

  test('curl and pages of other origins send too: by POST, with any type of content', async () => {
    const file = fileOf('mp4', 5000);
    const { url } = await linkFor({ bytes: 5000 });
    const type = 'application/x-www-form-urlencoded';
    const headers = { 'content-type': type, origin: 'https://shop.example' };
    const sent = await fetch(url, { method: 'POST', body: new Uint8Array(file), headers });
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([201, '*']);
    const asked = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'PATCH' },
    });
    expect(asked.headers.get('access-control-allow-methods')).toMatch(/PUT.*PATCH/);
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/Upload-Offset/);
  });

  test('a member gets links in the console, and deletes them with their files', async () => {
    const base = `/projects/${own.projectId}/upload-links`;
    const made = await own.browser.send('POST', base, { bytes: 3000 });
    const { uploadId } = made.json();
    const file = fileOf('png', 3000);
    expect((await put(`${baseUrl}/uploads/${uploadId}`, file)).status).toBe(201);
    expect((await own.browser.send('GET', `${base}/${uploadId}`)).json()).toMatchObject({
      state: 'ready',
      kind: 'picture',
    });
    expect((await own.browser.send('GET', `/projects/${own.projectId}`)).json()).toBeDefined();
    const look = (browser: TestBrowser) => browser.send('GET', `${base}/${uploadId}/file`);
    const shown = await look(own.browser);
    expect([shown.statusCode, shown.headers['content-type'], shown.rawPayload]).toEqual([200, 'image/png', file]);
    expect(shown.headers).not.toHaveProperty('access-control-allow-origin');
    expect((await look(other.browser)).statusCode).toBe(404);
    expect((await fetch(`${baseUrl}/api/v1${base}/${uploadId}/file`)).status).toBe(401);
    const open = (await own.browser.send('POST', base, {})).json<Link>();
    expect((await own.browser.send('GET', `${base}/${open.uploadId}/file`)).statusCode).toBe(409);
    expect((await own.browser.send('DELETE', `${base}/${open.uploadId}`)).statusCode).toBe(200);
    expect((await own.browser.send('DELETE', `${base}/${uploadId}`)).statusCode).toBe(200);
    expect((await look(own.browser)).statusCode).toBe(404);
    expect(await keysIn(store, { area: 'uploads', owner: uploadId })).toEqual([]);
    await expect(bytesOf(uploadId)).rejects.toThrow(/no such upload link/);
  });

  test('a client of tus sends in pieces to a link, or has the address of links as its endpoint', async () => {
    const file = fileOf('mp4', 3_000_000);
    const link = await linkFor({ bytes: file.byteLength });
    await byTusClient(file, { uploadUrl: link.url });
    expect((await bytesOf(link.url))?.equals(file)).toBe(true);
    const endpoint = `${baseUrl}/api/v1/uploads`;
    const url = await byTusClient(file, { endpoint, headers: { authorization: `Bearer ${own.key}` } });
    expect((await bytesOf(url ?? ''))?.equals(file)).toBe(true);
    const late = await linkFor();
    expect((await piece(late.url, 0, file.subarray(0, 10))).status).toBe(411);
    await piece(late.url, 0, file.subarray(0, 1_000_000), { 'upload-length': `${file.byteLength}` });
    await byTusClient(file, { uploadUrl: late.url });
    expect((await bytesOf(late.url))?.equals(file)).toBe(true);
  });

  test('an upload goes on where a connection broke, also after the server started anew', async () => {
    const file = fileOf('mp4', 3_000_000);
    const link = await linkFor({ bytes: file.byteLength });
    const sending = beginPiece(link.url, file.subarray(0, 700_000), file.byteLength);
    await vi.waitFor(async () => expect((await stateOf(link.url)).received).toBe(700_000), 5000);
    sending.destroy();
    expect((await piece(link.url, 700_000, file.subarray(700_000, 1_500_000))).status).toBe(204);
    const again = beginPiece(link.url, Buffer.alloc(0), 1);
    again.destroy();
    await server.close();
    await start();
    const url = `${baseUrl}/uploads/${link.uploadId}`;
    expect((await stateOf(url)).received).toBe(1_500_000);
    await byTusClient(file, { uploadUrl: url });
    expect((await bytesOf(url))?.equals(file)).toBe(true);
  });

  test('a sender whose connection is dead is not waited for: the next one takes its place', async () => {
    const file = fileOf('wav', 1_000_000);
    const link = await linkFor({ bytes: file.byteLength });
    beginPiece(link.url, file.subarray(0, 300_000), file.byteLength);
    await vi.waitFor(async () => expect((await stateOf(link.url)).received).toBe(300_000), 5000);
    await byTusClient(file, { uploadUrl: link.url });
    expect((await bytesOf(link.url))?.equals(file)).toBe(true);
  });

  test('what is said of place and length is held to, and lies change nothing', async () => {
    const file = fileOf('wav', 20_000);
    const { url } = await linkFor({ bytes: file.byteLength });
    expect((await piece(url, 5, file)).status).toBe(409);
    expect((await piece(url, 0, Buffer.concat([file, file]))).status).toBe(413);
    expect((await piece(url, 0, file, { 'upload-length': '9' })).status).toBe(400);
    expect((await piece(url, 0, file, { 'upload-offset': '-1' })).status).toBe(400);
    expect((await piece(url, 0, file, { 'tus-resumable': '0.2.2' })).status).toBeGreaterThanOrEqual(400);
    expect((await put(url, file.subarray(0, 100))).status).toBe(400);
    // Without an end, and without a length.
    const endless = () => new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(randomBytes(65_536))) });
    const init = { method: 'PUT', duplex: 'half' } as RequestInit;
    const unsaid = await linkFor();
    expect((await fetch(unsaid.url, { ...init, body: endless() })).status).toBe(411);
    expect(await stateOf(url)).toMatchObject({ state: 'open', received: 0 });
    const pieceHeaders = { 'tus-resumable': '1.0.0', 'upload-offset': '0' };
    expect((await fetch(url, { ...init, method: 'PATCH', body: endless(), headers: pieceHeaders })).status).toBe(411);
    expect((await put(url, file)).status).toBe(201);
    expect((await bytesOf(url))?.equals(file)).toBe(true);
    // Once it is there it never changes.
    expect((await put(url, file)).status).toBe(409);
    expect((await piece(url, 0, file)).status).toBe(409);
    expect((await fetch(url, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })).status).toBe(400);
    expect((await bytesOf(url))?.equals(file)).toBe(true);
  });

  test('a file that is no picture, video or sound is refused as soon as its beginning is there, whatever its name says', async () => {
    const link = await linkFor({ name: '../../etc/passwd.mp4', bytes: 20_000_000 });
    const program = Buffer.concat([Buffer.from('#!/bin/sh\nrm -rf /\n'), Buffer.alloc(20_000, 'x')]);
    const sending = beginPiece(link.url, program, 20_000_000);
    const answer = await new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
    expect(answer.statusCode).toBe(415);
    expect(await stateOf(link.url)).toMatchObject({ state: 'open', received: 0, name: '../../etc/passwd.mp4' });
    const short = await linkFor();
    expect((await put(short.url, Buffer.from('hello'))).status).toBe(415);
    expect((await put(short.url, Buffer.alloc(0))).status).toBe(400);
    // A picture may be smaller than a film.
    const large = await linkFor({ bytes: 31_000_000 }, other);
    expect((await piece(large.url, 0, fileOf('png', 8192))).status).toBe(413);
    expect(existsSync(join(root, 'arriving', large.uploadId))).toBe(false);
  });

  test('links of others, expired ones and made-up ones open nothing', async () => {
    const file = fileOf('wav', 5000);
    const link = await linkFor();
    await put(link.url, file);
    await expect(bytesOf(link.url, other)).rejects.toThrow(/no such upload link/);
    expect((await ask(`/uploads/${link.uploadId}`, other)).status).toBe(404);
    expect((await ask(`/uploads/${link.uploadId}`, other, { method: 'DELETE' })).status).toBe(404);
    const foreign = `/projects/${own.projectId}/upload-links/${link.uploadId}`;
    expect((await other.browser.send('GET', foreign)).statusCode).toBe(404);
    expect(await bytesOf('https://films.example/clip.mp4')).toBeNull();
    expect(await bytesOf(`https://films.example/uploads/${newPublicId()}`)).toBeNull();
    for (const odd of [newPublicId(), '..%2f..%2fdatabase', '%00', 'A'.repeat(32), '.partial']) {
      for (const method of ['GET', 'PUT', 'HEAD', 'PATCH', 'DELETE']) {
        const body = method === 'PUT' || method === 'PATCH' ? { body: 'x' } : {};
        const reply = await fetch(`${baseUrl}/uploads/${odd}`, {
          method,
          headers: { 'tus-resumable': '1.0.0' },
          ...body,
        });
        expect([odd, method, reply.status]).toEqual([odd, method, odd === '%00' ? expect.any(Number) : 404]);
        expect(reply.status).toBeLessThan(500);
      }
    }
    const late = await linkFor({ bytes: 5000 });
    await context.db.orm.update(uploadLinks).set({ expiresAt: new Date() }).where(eq(uploadLinks.id, late.uploadId));
    expect([(await put(late.url, file)).status, (await piece(late.url, 0, file)).status]).toEqual([404, 404]);
    await expect(bytesOf(late.url)).rejects.toThrow(/expired/);
    await expect(bytesOf((await linkFor({ bytes: 9 })).url)).rejects.toThrow(/not arrived whole/);
  });

  test('a project has so many links that wait for their files, and so much room, together with what is announced', async () => {
    const tooMuch = JSON.stringify({ bytes: 41_000_000 });
    const json = { 'content-type': 'application/json' };
    expect((await ask('/uploads', own, { method: 'POST', body: tooMuch, headers: json })).status).toBe(409);
    const made = await Promise.all(Array.from({ length: 30 }, () => ask('/uploads', own, { method: 'POST' })));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(made.filter(({ status }) => status === 409)).toHaveLength(10);
    const [first, second] = (await Promise.all(made.filter(({ ok }) => ok).map((reply) => reply.json()))) as Link[];
    expect((await piece(first?.url ?? '', 0, fileOf('mp4', 5000), { 'upload-length': '30000000' })).status).toBe(204);
    expect((await piece(second?.url ?? '', 0, fileOf('mp4', 5000), { 'upload-length': '30000000' })).status).toBe(409);
    // Given up, it makes room.
    expect((await fetch(first?.url ?? '', { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })).status).toBe(
      204,
    );
    expect(existsSync(join(root, 'arriving', first?.uploadId ?? ''))).toBe(false);
    expect((await piece(second?.url ?? '', 0, fileOf('mp4', 5000), { 'upload-length': '30000000' })).status).toBe(204);
    // Others have their own.
    expect((await put((await linkFor({}, other)).url, fileOf('wav', 5000))).status).toBe(201);
  });

  test('senders who come to no end do not hold up a neighbour', async () => {
    const senders = await Promise.all(Array.from({ length: 12 }, () => linkFor({ bytes: 1_000_000 })));
    for (const { url } of senders) beginPiece(url, fileOf('wav', 10_000), 1_000_000);
    await vi.waitFor(async () => {
      const states = await Promise.all(senders.map(({ url }) => stateOf(url)));
      expect(states.filter(({ received }) => received > 0)).toHaveLength(4);
    }, 5000);
    const fromMs = performance.now();
    expect((await put((await linkFor({}, other)).url, fileOf('wav', 500_000))).status).toBe(201);
    expect(performance.now() - fromMs).toBeLessThan(5000);
  });

  test('a file that could not be stored waits here, and is stored by the housekeeping or by whoever asks for it', async () => {
    storeFault = new BlobStoreError('the bucket is gone');
    const [first, second] = [fileOf('wav', 5000), fileOf('wav', 6000)];
    const [one, two] = [await linkFor(), await linkFor()];
    expect([(await put(one.url, first)).status, (await put(two.url, second)).status]).toEqual([503, 503]);
    await expect(bytesOf(one.url)).rejects.toThrow(/cannot be stored now/);
    expect(await stateOf(one.url)).toMatchObject({ state: 'open', received: 5000 });
    storeFault = null;
    expect((await bytesOf(one.url))?.equals(first)).toBe(true);
    await links.sweep();
    expect(await stateOf(two.url)).toMatchObject({ state: 'ready', received: 6000 });
  });

  test('an expired link goes with its file and its parts; one whose file is used lives a week longer', async () => {
    const [used, unused, half] = [await linkFor(), await linkFor(), await linkFor({ bytes: 9000 })];
    for (const { url } of [used, unused]) await put(url, fileOf('wav', 5000));
    await piece(half.url, 0, fileOf('wav', 5000));
    expect((await bytesOf(used.url))?.byteLength).toBe(5000);
    const orphan = join(root, 'arriving', newPublicId());
    await writeFile(orphan, 'left by a crash');
    await links.sweep(Date.now() + 2 * 24 * 3_600_000);
    expect(existsSync(orphan)).toBe(false);
    expect(existsSync(join(root, 'arriving', half.uploadId))).toBe(false);
    expect([(await fetch(unused.url)).status, (await fetch(half.url)).status]).toEqual([404, 404]);
    expect(await keysIn(store, { area: 'uploads', owner: unused.uploadId })).toEqual([]);
    expect((await bytesOf(used.url))?.byteLength).toBe(5000);
  });
});

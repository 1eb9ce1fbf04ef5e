import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../apps/server/src/db/database.ts';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import { openFolderStore } from '../../apps/server/src/files/folder-store.ts';
import {
  type ConsoleTestServer,
  createConsoleServer,
} from '../../apps/server/src/http/console-api/testing/console-server.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';

/** The first bytes of a picture. */
const PNG = new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200)]));

/** Ways to write an address of this machine or its network. */
const PRIVATE_HOSTS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
  'LOCALHOST.',
  hostname(),
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[::127.0.0.1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '[fd00::1]',
  '[fe80::1]',
];

describe('addresses and files that users give', () => {
  let folder: string;
  let uploadFolder: string;
  let db: Database;
  let server: ConsoleTestServer;
  let url: string;
  let owner: ConsoleVisitor;
  let projectId: string;
  let license: string;
  /** What reached a server inside of the network. */
  const reached: string[] = [];
  let inside: Server;
  /** What the making waits for. */
  let held: Promise<void> | null = null;
  let port: number;

  beforeAll(async () => {
    folder = await newDataDir();
    uploadFolder = mkdtempSync(join(tmpdir(), 'visavis-uploads-'));
    inside = createServer((request, response) => {
      reached.push(request.url ?? '');
      const target = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
      if (target === null) response.end(PNG);
      else response.writeHead(302, { location: target }).end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '0.0.0.0', resolve));
    port = (inside.address() as AddressInfo).port;
    db = await openDatabase({ dataDir: folder, logger: silent });
    server = await createConsoleServer(db, {
      // This host stands for a public one, whose owner means no good.
      fetchPrivateHosts: ['localhost'],
      blobs: await openFolderStore(join(uploadFolder, 'store')),
      making: {
        uploadFolder,
        workFolder: join(uploadFolder, 'making'),
        run: async () => {
          await held;
          return { kind: 'refused', code: 'no-face', message: 'It was fetched.' };
        },
      },
      webhooks: { privateHosts: ['localhost'] },
    });
    url = (await server.listen(0)).replace('ws:', 'http:');
    owner = new ConsoleVisitor(url);
    await owner.register('owner@example.org');
  });
  afterAll(async () => {
    inside?.close();
    await server?.close();
    await db?.close();
    for (const path of [folder, uploadFolder]) rmSync(path, { recursive: true, force: true });
  });

  beforeEach(async () => {
    reached.length = 0;
    projectId = (await owner.post('/projects', { name: 'Shop' })).body.projectId;
    license = (await owner.post(`/projects/${projectId}/keys`, { name: 'Web' })).body.key;
  });

  /** How the making of an avatar from this address ended; `refused` when it did not begin. */
  async function outcomeOf(avatarId: string | undefined): Promise<string> {
    if (avatarId === undefined) return 'refused';
    const path = `/projects/${projectId}/avatars/${avatarId}`;
    await expect.poll(async () => (await owner.get(path)).body.state, { timeout: 20_000 }).toBe('failed');
    const { stateDetail } = (await owner.get(path)).body;
    await owner.send('DELETE', path);
    return stateDetail;
  }

  /** The same picture through the console's interface and through the open one. */
  async function makeBothWays(pictureUrl: string): Promise<string[]> {
    const own = await owner.post(`/projects/${projectId}/avatars`, { pictureUrl, name: 'Console' });
    const fields = new URLSearchParams({ license, name: 'Open', url: pictureUrl });
    const open = await fetch(`${url}/api/open/v1/avatar/add`, { method: 'POST', body: fields });
    const { data } = (await open.json()) as { data: { avatarId?: string } | null };
    return [await outcomeOf(own.body.avatarId), await outcomeOf(data?.avatarId)];
  }

  test('pictures are fetched from no private address, however it is written', { timeout: 120_000 }, async () => {
    expect(await makeBothWays(`http://localhost:${port}/picture.png`)).toEqual(['It was fetched.', 'It was fetched.']);
    expect(reached).toEqual(['/picture.png', '/picture.png']);
    reached.length = 0;
    for (const host of PRIVATE_HOSTS) {
      for (const outcome of await makeBothWays(`http://${host}:${port}/secret`)) {
        expect([host, outcome]).toEqual([
          host,
          expect.stringMatching(/refused|private or reserved|could not be fetched/),
        ]);
      }
    }
    for (const scheme of [
      'file:///etc/passwd',
      'ftp://127.0.0.1/x',
      'gopher://127.0.0.1/',
      'data:image/png;base64,AA',
    ]) {
      for (const outcome of await makeBothWays(scheme)) {
        expect([scheme, outcome]).toEqual([scheme, expect.stringMatching(/refused|Only http and https/)]);
      }
    }
    expect(reached).toEqual([]);
  });

  const TARGETS = ['http://127.0.0.1:PORT/secret', 'http://[::ffff:7f00:1]:PORT/secret', 'file:///etc/passwd'];

  test('no redirect leads to a private address', async () => {
    const evil = (target: string) =>
      `http://localhost:${port}/?to=${encodeURIComponent(target.replace('PORT', String(port)))}`;
    for (const target of TARGETS) {
      for (const outcome of await makeBothWays(evil(target))) {
        expect([target, outcome]).toEqual([target, expect.stringMatching(/private or reserved|Only http and https/)]);
      }
    }
    for (const target of TARGETS) {
      const webhooks = `/projects/${projectId}/webhooks`;
      const { webhookId } = (await owner.post(webhooks, { kind: 'message', url: evil(target) })).body;
      await owner.post(`${webhooks}/${webhookId}/test`, {});
      const firstAttempt = async () => {
        await server.plane.webhookWorker.runDue();
        return (await owner.get(`${webhooks}/${webhookId}/deliveries`)).body.items[0]?.attempts[0];
      };
      // The answer is the receiver's: it is not followed anywhere.
      await expect.poll(firstAttempt, { timeout: 20_000 }).toMatchObject({ status: 302 });
    }
    expect(reached.filter((path) => !path.startsWith('/?to='))).toEqual([]);
    expect(reached.length).toBe(TARGETS.length * 3);
  });

  test('a file gets a name of the server’s choice, whatever its sender calls it', async () => {
    const names = ['../../evil.png', '..%2f..%2fevil.png', '/etc/cron.d/evil', 'a\\..\\b.png', 'x%00.png', '.htaccess'];
    for (const name of names) {
      const reply = await fetch(`${url}/api/v1/projects/${projectId}/uploads?filename=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: {
          origin: url,
          cookie: owner.cookie,
          'content-type': 'image/png',
          'content-disposition': `attachment; filename="${name}"`,
          'x-file-name': encodeURIComponent(name),
        },
        body: PNG,
      });
      const body = (await reply.json()) as { uploadId: string };
      expect([name, reply.status, /^[0-9a-f]{32}$/.test(body.uploadId)]).toEqual([name, 201, true]);
    }
    const stored = await readdir(join(uploadFolder, 'store', 'sources'), { recursive: true });
    const files = stored.filter((file) => file.includes('/'));
    expect(files.filter((file) => !/^[0-9a-f]{32}\/[0-9a-f]{64}$/.test(file))).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(names.length);
    expect((await readdir(uploadFolder)).sort()).toEqual(['making', 'store']);
  });

  test('ids that are paths find nothing, in every address that takes one', async () => {
    const ids = ['..', '%2e%2e', '..%2f..%2fmaster.key', '%2fetc%2fpasswd', '%00', 'a%00b', '..%5c..%5cmaster.key'];
    for (const id of ids) {
      for (const path of ['avatars', 'keys', 'webhooks', 'conversations']) {
        const reply = await fetch(`${url}/api/v1/projects/${projectId}/${path}/${id}`, {
          headers: { cookie: owner.cookie },
        });
        const text = await reply.text();
        expect([path, id, [400, 404].includes(reply.status) || id === '..' || id === '%2e%2e']).toEqual([
          path,
          id,
          true,
        ]);
        expect(text).not.toMatch(/root:x:0/);
      }
      const avatar = await owner.post(`/projects/${projectId}/avatars`, {
        uploadId: decodeURIComponent(id),
        name: 'x',
      });
      expect([id, [400, 404].includes(avatar.status)]).toEqual([id, true]);
    }
    const recording = await fetch(`${url}/recordings/..%2f..%2fmaster.key`);
    expect([400, 403, 404]).toContain(recording.status);
  });

  test('a NUL in a text is refused as bad input', async () => {
    const project = `/projects/${projectId}`;
    const texts = ['a\0b', '\0'];
    for (const text of texts) {
      for (const [path, fields] of [
        ['/projects', { name: text }],
        [`${project}/keys`, { name: text }],
        [`${project}/avatars`, { pictureUrl: 'https://example.org/a.png', name: text }],
        [`${project}/webhooks`, { kind: 'message', url: `https://example.org/${text}` }],
      ] as const) {
        const reply = await owner.post(path, fields);
        const { status } = reply;
        expect([path, text, status < 300 ? JSON.stringify(reply.body).includes('\\u0000') : status]).toEqual([
          path,
          text,
          status < 300 ? false : 400,
        ]);
      }
    }
    for (const path of [
      'avatar/getById?id=%00',
      'avatar/getByName?name=%00',
      'avatar/status?jobId=%00',
      'avatar/list?x=%00',
      'avatar/delete?id=%00',
      'avatar/update?id=%00&name=x',
    ]) {
      const method = /delete|update/.test(path) ? 'POST' : 'GET';
      const reply = await fetch(`${url}/api/open/v1/${path}&license=${license}`, { method });
      expect([path, reply.status < 500]).toEqual([path, true]);
    }
    for (const path of [
      'open/v1/avatar/list?license=%00',
      'chat/sessions/%00?license=KEY',
      'chat/messages?license=KEY&sessionId=%00',
    ]) {
      expect([path, (await fetch(`${url}/api/${path.replace('KEY', license)}`)).status < 500]).toEqual([path, true]);
    }
  });

  test('a project keeps 20 unused files, and says so', async () => {
    const send = () => owner.upload(projectId, PNG, 'image/png');
    for (let count = 0; count < 20; count += 1) expect((await send()).status).toBe(201);
    const before = await readdir(uploadFolder);
    const refused = await send();
    expect([refused.status, refused.body.error]).toEqual([
      409,
      expect.objectContaining({ code: 'quota-reached', message: expect.stringMatching(/^20 files of this project/) }),
    ]);
    expect(await readdir(uploadFolder)).toEqual(before);
    const { projectId: other } = (await owner.post('/projects', { name: 'Other' })).body;
    expect((await owner.upload(other, PNG, 'image/png')).status).toBe(201);
  });

  test('a project makes 10 avatars at a time, and says so', async () => {
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    const path = `/projects/${projectId}/avatars`;
    const make = (name: string) => owner.post(path, { pictureUrl: `http://localhost:${port}/picture.png`, name });
    const ids: string[] = [];
    for (let count = 0; count < 10; count += 1) ids.push((await make(`Avatar ${count}`)).body.avatarId);
    const refused = await make('One too many');
    expect([refused.status, refused.body.error]).toEqual([
      409,
      expect.objectContaining({
        code: 'quota-reached',
        message: expect.stringMatching(/^10 avatars of this project are being made already/),
      }),
    ]);
    const names = (await owner.get(path)).body.map(({ name }: { name: string }) => name);
    expect([names.length, names.includes('One too many')]).toEqual([10, false]);
    release();
    for (const id of ids) expect(await outcomeOf(id)).toBe('It was fetched.');
  });
});

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPublicId } from '../../apps/server/src/control/ids.ts';
import { type Database, openDatabase } from '../../apps/server/src/db/database.ts';
import { avatars } from '../../apps/server/src/db/schema.ts';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import {
  type ConsoleTestServer,
  createConsoleServer,
} from '../../apps/server/src/http/console-api/testing/console-server.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';

const SECRET = 'a secret beside what is served';

/** Texts that would do harm if anything ran them; each must come back as it went in. */
const HOSTILE_TEXTS = [
  `Robert'); drop table users; --`,
  `' or '1'='1`,
  '<script>document.title="run"</script>',
  '"><img src=x onerror=alert(1)>',
  '{{constructor.constructor("return 1")()}} %s',
  '../../../../etc/passwd',
] as const;

describe('the server under attack', () => {
  let folder: string;
  let db: Database;
  let server: ConsoleTestServer;
  let url: string;
  let owner: ConsoleVisitor;
  let project: string;
  const systemAvatarId = newPublicId();

  beforeAll(async () => {
    folder = await newDataDir();
    mkdirSync(join(folder, 'console', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'console', 'index.html'), '<!doctype html><div id="root"></div>');
    writeFileSync(join(folder, 'console', 'assets', 'page.js'), 'export {};');
    for (const path of ['master.key', 'console.secret']) writeFileSync(join(folder, path), SECRET);
    db = await openDatabase({ dataDir: folder, logger: silent });
    server = await createConsoleServer(db, { console: { folder: join(folder, 'console') } });
    await db.orm.insert(avatars).values({
      id: systemAvatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      thumbnail: 'still.webp',
      prompt: 'You are Leo.',
    });
    url = (await server.listen(0)).replace('ws:', 'http:');
    owner = new ConsoleVisitor(url);
    await owner.register('owner@example.org');
    project = `/projects/${(await owner.post('/projects', { name: 'Shop' })).body.projectId}`;
  });
  afterAll(async () => {
    await server?.close();
    await db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the server says to a request line that no well-meaning client sends. */
  const rawGet = (path: string): Promise<string> => raw('GET', path);

  const raw = (method: string, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let reply = '';
      socket.on('data', (chunk) => {
        reply += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(reply));
      socket.on('error', reject);
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
    });

  test('SQL and HTML in every text come back as text, and everything is still there', async () => {
    const { licenceId, key } = (await owner.post(`${project}/keys`, { name: 'Web' })).body;
    const { avatarId } = (await owner.post(`${project}/avatars`, { fromAvatarId: systemAvatarId })).body;
    for (const text of HOSTILE_TEXTS) {
      const avatarTexts = { name: text, provider: text, model: text, voice: text };
      const writes: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
        ['/auth/me', { name: text }],
        [project, { name: text }],
        [`${project}/keys/${licenceId}`, { name: text }],
        [`${project}/avatars/${avatarId}`, { ...avatarTexts, prompt: text, firstMessage: text, knowledge: text }],
        [`${project}/avatars/${avatarId}`, { tools: [{ name: 'book', description: text, parameters: { text } }] }],
      ];
      for (const [path, fields] of writes) {
        const reply = await owner.send('PATCH', path, fields);
        expect([path, text, reply.status, reply.body]).toEqual([path, text, 200, expect.objectContaining(fields)]);
        expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
        expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      }
      const found = await owner.get(`${project}/conversations?text=${encodeURIComponent(text)}`);
      expect([200, 400]).toContain(found.status);
      for (const login of [
        { email: text, password: text },
        { email: 'owner@example.org', password: text },
      ]) {
        expect([400, 401]).toContain((await new ConsoleVisitor(url).post('/auth/login', login)).status);
      }
    }
    expect((await owner.get(project)).body.name).toBe(HOSTILE_TEXTS.at(-1));
    const openList = await fetch(`${url}/api/open/v1/avatar/getByName?license=${key}&name=%27%20or%201%3D1--`);
    expect([openList.status, ((await openList.json()) as { data: unknown }).data]).toEqual([404, null]);
  });

  test('pages forbid inline scripts, scripts of other hosts, and frames of other sites', async () => {
    for (const path of ['/', '/console', '/reference/', '/talk/<script>alert(1)</script>']) {
      const page = await fetch(url + path, { headers: { accept: 'text/html' } });
      const policy = page.headers.get('content-security-policy') ?? '';
      const scripts = /(?:script|default)-src ([^;]*)(?!.*script-src)/.exec(policy)?.[1] ?? '';
      expect([path, scripts.includes('unsafe-inline'), scripts.includes('*'), scripts === '']).toEqual([
        path,
        false,
        false,
        false,
      ]);
      expect(policy).toContain("frame-ancestors 'self'");
      expect(await page.text()).not.toContain('<script>alert(1)');
    }
  });

  test('no path leads out of the served folders', async () => {
    expect(await rawGet('/assets/page.js')).toContain('export {}');
    const outside = [
      '/uploadFiles/../../../../etc/passwd',
      '/uploadFiles/..%2f..%2f..%2fetc%2fpasswd',
      '/uploadFiles/%2e%2e/%2e%2e/master.key',
      '/uploadFiles/..%5c..%5cmaster.key',
      '/uploadFiles/%00.png',
      '/uploadFiles//etc/passwd.png',
      '/assets/../../master.key',
      '/assets/..%2f..%2fmaster.key',
      '/assets/%2e%2e%2f%2e%2e%2fmaster.key',
      '/../master.key',
      '/..%2fmaster.key',
      '/%2e%2e/console.secret',
      // A folder whose name begins like the served one.
      '/..%2fconsole.secret',
      '/..%2f..%2f..%2f..%2fetc%2fpasswd',
      '/../../../../../etc/passwd',
      '//etc/passwd',
      '/reference/static/..%2f..%2f..%2f..%2fpackage.json',
      '/docs/../config.ts',
      '/docs/..%2fconfig.ts',
      '/docs/%2e%2e/%2e%2e/architecture.md',
    ];
    for (const path of outside) {
      const reply = await rawGet(path);
      const status = Number(/^HTTP\/1.1 (\d{3})/.exec(reply)?.[1]);
      // A path of no file may give the console's page, and nothing else may be given.
      const isHarmless = [400, 403, 404].includes(status) || reply.includes('<div id="root">');
      expect([path, status, isHarmless]).toEqual([path, status, true]);
      expect(reply).not.toMatch(/root:x:0|"workspaces"|"dependencies"/);
      expect(reply).not.toContain(SECRET);
    }
  });

  test('methods that nobody serves give nothing back', async () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'PROPFIND', 'DEBUG']) {
      const reply = await raw(method, '/api/v1/auth/session');
      expect([method, /^HTTP\/1.1 2/.test(reply), reply.includes('Accept: text/html')]).toEqual([method, false, false]);
    }
  });

  test('webhooks reach no private address, however it is written', async () => {
    const reached: string[] = [];
    const inside = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end('inside');
    });
    await new Promise<void>((resolve) => inside.listen(0, '0.0.0.0', resolve));
    const { port } = inside.address() as AddressInfo;
    const hosts = ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '[::1]'];
    hosts.push('[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '10.0.0.1', '169.254.169.254', '192.168.0.1', '[fd00::1]');
    const refused: string[] = [];
    const waiting: string[] = [];
    for (const host of hosts) {
      const created = await owner.post(`${project}/webhooks`, { kind: 'message', url: `http://${host}:${port}/` });
      if (created.status === 400) refused.push(host);
      else {
        waiting.push(created.body.webhookId);
        expect((await owner.post(`${project}/webhooks/${created.body.webhookId}/test`, {})).status).toBe(202);
      }
    }
    for (const url of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'javascript:alert(1)', 'ftp://127.0.0.1/', '//x']) {
      expect((await owner.post(`${project}/webhooks`, { kind: 'message', url })).status).toBe(400);
    }
    for (const webhookId of waiting) {
      await expect
        .poll(
          async () => {
            await server.plane.webhookWorker.runDue();
            return (await owner.get(`${project}/webhooks/${webhookId}/deliveries`)).body.items[0]?.attempts[0];
          },
          { timeout: 30_000 },
        )
        .toMatchObject({ status: null, error: expect.stringContaining('private or reserved') });
    }
    expect([reached, refused.length + waiting.length]).toEqual([[], hosts.length]);
    inside.close();
  });

  test('every writing route refuses oversize bodies and bodies of other types', async () => {
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { requestBody?: unknown }>>;
    };
    // Orders of films may carry sound.
    const tooMuch = (path: string): string =>
      JSON.stringify({ name: 'x'.repeat(/\/generations(?:\/estimate)?$/.test(path) ? 8_500_000 : 1_200_000) });
    let count = 0;
    for (const [path, methods] of Object.entries(paths).filter(([path]) => path.startsWith('/api/v1/'))) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        if (requestBody === undefined) continue;
        count += 1;
        const address = path.slice('/api/v1'.length).replace(/\{(\w+)\}/g, '0'.repeat(32));
        const request = (type: string, body: string) => owner.raw(method.toUpperCase(), address, { type, body });
        expect([method, path, await request('application/json', tooMuch(path))]).toEqual([method, path, 413]);
        for (const [type, body] of [
          ['text/xml', '<name>x</name>'],
          ['application/x-www-form-urlencoded', 'name=x'],
          ['multipart/form-data; boundary=x', '--x--'],
        ] as const) {
          const status = await request(type, body);
          expect([method, path, type, [400, 415].includes(status)]).toEqual([method, path, type, true]);
        }
        expect([method, path, await request('application/json', '{"name":')]).toEqual([method, path, 400]);
      }
    }
    expect(count).toBeGreaterThan(12);
  });

  test('a session is new with each login, its cookie out of reach of scripts, and gone after logging out', async () => {
    const visitor = new ConsoleVisitor(url);
    const planted = 'visavis.session_token=planted-by-an-attacker.AAAA';
    visitor.cookie = planted;
    const login = await visitor.post('/auth/login', { email: 'owner@example.org', password: ConsoleVisitor.PASSWORD });
    expect(login.status).toBe(200);
    const flags = login.headers.get('set-cookie') ?? '';
    expect(flags).toMatch(/HttpOnly/i);
    expect(flags).toMatch(/SameSite=(Lax|Strict)/i);
    const given = visitor.cookie;
    expect(given).not.toContain('planted');
    const thief = new ConsoleVisitor(url);
    thief.cookie = planted;
    expect((await thief.get('/projects')).status).toBe(401);
    expect((await visitor.post('/auth/logout', {})).status).toBe(200);
    visitor.cookie = given;
    expect((await visitor.get('/projects')).status).toBe(401);
  });

  test('guessing a password ends in 429 with the time to wait', async () => {
    const attacker = new ConsoleVisitor(url);
    const guess = () => attacker.post('/auth/login', { email: 'victim@example.org', password: 'guess guess guess' });
    let reply = await guess();
    for (let tries = 1; tries < 40 && reply.status !== 429; tries += 1) reply = await guess();
    expect(reply.status).toBe(429);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

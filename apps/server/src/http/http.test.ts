import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer, type SecureVersion } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { VoiceDirectory } from '../control/voices/voice-directory.ts';
import { TEST_AVATAR, TEST_KEY } from '../gateway/test-doubles.ts';
import { createTestServer, type TestServer } from '../gateway/test-server.ts';
import { loadTls } from '../roles/tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-http-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
writeFileSync(join(folder, 'leo.webp'), 'RIFF');
mkdirSync(join(folder, 'embed'));
writeFileSync(join(folder, 'embed/page.html'), '<!doctype html><title>Avatar</title>');
writeFileSync(join(folder, 'embed/visavis.js'), 'export {};');
writeFileSync(join(folder, 'embed/navtalk-web-sdk.umd.js'), 'customElements;');

let server: TestServer | undefined;

async function start(overrides: Parameters<typeof createTestServer>[0] = {}): Promise<TestServer> {
  server = await createTestServer({
    findUpload: async (name) => (name === 'leo.png' ? { kind: 'here', path: join(folder, 'leo.webp') } : null),
    ...overrides,
  });
  return server;
}

afterEach(() => server?.app.close());
afterAll(() => rmSync(folder, { recursive: true }));

describe('pages', () => {
  it('serves the console for every page address, and 404 as JSON for the rest', async () => {
    const { app } = await start({ console: { folder } });
    for (const url of ['/', '/talk/anything']) {
      const page = await app.inject({ url, headers: { accept: 'text/html' } });
      expect([url, page.statusCode, page.body.includes('<title>Console')]).toEqual([url, 200, true]);
      expect(page.headers['cache-control']).toBe('no-cache');
    }
    for (const url of ['/console', '/console/login', '/talk/Iris']) {
      for (const accept of ['*/*', 'text/html,application/xhtml+xml', undefined]) {
        const page = await app.inject({ url, headers: accept === undefined ? {} : { accept } });
        expect([url, accept, page.statusCode]).toEqual([url, accept, 200]);
      }
    }
    for (const url of ['/nobody', '/consoles', '/talker', '/index.php']) {
      const page = await app.inject({ url, headers: { accept: 'text/html' } });
      expect([url, page.statusCode, page.body.includes('<title>Console')]).toEqual([url, 404, true]);
      expect(page.headers['cache-control']).toBe('no-cache');
    }
    for (const url of ['/nothing', '/consoles', '/api/none']) {
      expect([url, (await app.inject({ url, headers: { accept: '*/*' } })).statusCode]).toEqual([url, 404]);
    }
    const missing = await app.inject({ url: '/api/none', headers: { accept: 'text/html' } });
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ code: 404, data: null });
  });

  it('lets every site load the element, and no other page be framed by it', async () => {
    const { app } = await start({ console: { folder } });
    const script = await app.inject({ url: '/embed/visavis.js', headers: { origin: 'https://shop.example' } });
    expect(script.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'no-cache',
    });
    expect(script.headers['content-type']).toContain('javascript');
    for (const url of ['/', '/console', '/embed/page.html']) {
      const page = await app.inject({ url, headers: { accept: 'text/html' } });
      expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self'");
      if (!url.startsWith('/embed')) expect(page.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('serves the web component of NavTalk wherever its pages load it from, in every version', async () => {
    const { app } = await start({ console: { folder } });
    const name = 'navtalk-web-sdk.umd.js';
    for (const place of ['/0.0.13', '/sdk/js/0.0.13', '/0.0.9', '/12.3.4', '/latest', '', '/embed']) {
      const script = await app.inject({ url: `${place}/${name}`, headers: { origin: 'https://shop.example' } });
      expect([place, script.statusCode, script.body]).toEqual([place, 200, 'customElements;']);
      expect(script.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-cache' });
      expect(script.headers['content-type']).toContain('javascript');
    }
    for (const place of ['/0.0.13/..%2f..', '/1', '/0.0.13x', '/99999.0.0', '/sdk/0.0.13']) {
      expect([place, (await app.inject({ url: `${place}/${name}` })).statusCode]).toEqual([place, 404]);
    }
  });

  it('lets the page at /embed be framed by every site, or by the allowed origins of its key', async () => {
    const allowed = new Map([['sk_shop', ['https://shop.example', 'https://x.example; script-src *']]]);
    const { app } = await start({
      console: { folder, framingOrigins: async (license) => allowed.get(license) ?? [] },
    });
    const ancestorsOf = async (url: string) => {
      const page = await app.inject({ url, headers: { accept: 'text/html' } });
      expect([page.statusCode, page.body.includes('<title>Avatar')]).toEqual([200, true]);
      return String(page.headers['content-security-policy']).split('frame-ancestors ')[1];
    };
    expect(await ancestorsOf('/embed?avatar=leo')).toBe('*');
    expect(await ancestorsOf('/embed?license=sk_other')).toBe('*');
    expect(await ancestorsOf('/embed?avatar=leo&license=sk_shop')).toBe("'self' https://shop.example");
    expect(await ancestorsOf('/embed?token=sk_shop')).toBe("'self' https://shop.example");
  });

  it('says how to build a console that is not there', async () => {
    const { app } = await start();
    expect((await app.inject('/')).body).toContain('npm run build');
  });

  it('sends security headers that allow its own sockets and nothing injected by a host name', async () => {
    const { app } = await start();
    const { headers } = await app.inject({ url: '/health', headers: { host: 'avatar.example:8787' } });
    const policy = headers['content-security-policy'];
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(policy).toMatch(/object-src 'none'; base-uri 'none'; .*frame-ancestors 'self'$/);
    expect(policy).toContain("connect-src 'self' ws://avatar.example:8787 wss://avatar.example:8787;");
    expect(policy).toContain("media-src 'self' blob:");
    const attack = await app.inject({ url: '/health', headers: { host: 'a; script-src *' } });
    expect(attack.headers['content-security-policy']).not.toContain('script-src *');
  });

  it('tells browsers to come back by https, where the name and the certificate are real', async () => {
    const strict = async (host: string, protocol: string, isTransportTrusted = true) => {
      const { app } = await start({ isTransportTrusted, trustProxy: { kind: 'hops', hops: 1 } });
      const reply = await app.inject({ url: '/health', headers: { host, 'x-forwarded-proto': protocol } });
      return reply.headers['strict-transport-security'];
    };
    expect(await strict('avatars.example.org', 'https')).toBe('max-age=31536000');
    expect(await strict('avatars.example.org:8443', 'https')).toBe('max-age=31536000');
    expect(await strict('avatars.example.org', 'http')).toBeUndefined();
    expect(await strict('avatars.example.org', 'https', false)).toBeUndefined();
    for (const host of ['localhost:8787', 'app.localhost', 'box', 'box.local', '192.168.1.7', '[2001:db8::1]']) {
      expect([host, await strict(host, 'https')]).toEqual([host, undefined]);
    }
  });

  it('reports health, and 503 while full', async () => {
    const { app } = await start();
    const ok = await app.inject('/health');
    expect(ok.statusCode).toBe(200);
    expect(ok.json()).toMatchObject({ status: 'ok', version: '1', calls: { capacity: 4, sockets: 0 } });
    await app.close();
    const full = await start({
      health: () => ({
        status: 'full',
        version: '1',
        calls: { open: 1, capacity: 1, sockets: 1 },
        disk: 'ok',
        database: 'ok',
        faults: { replacedWorkers: 0, hungWorkers: 0, hearingFailures: 0, voiceFailures: 0, recordingFailures: 0 },
        jobs: {},
        uptimeSeconds: 1,
      }),
    });
    expect((await full.app.inject('/health')).statusCode).toBe(503);
  });

  it('serves pictures by public name to every origin, and nothing outside', async () => {
    const { app } = await start();
    const picture = await app.inject('/uploadFiles/leo.png');
    expect(picture.statusCode).toBe(200);
    expect(picture.headers).toMatchObject({ 'content-type': 'image/webp', 'access-control-allow-origin': '*' });
    expect(picture.headers['content-disposition']).toMatch(/^inline; filename="[\w.-]+"$/);
    const part = await app.inject({ url: '/uploadFiles/leo.png', headers: { range: 'bytes=0-3' } });
    expect([part.statusCode, part.rawPayload.length]).toEqual([206, 4]);
    for (const name of ['none.png', '..%2fleo.webp', '.leo.png', 'leo.svg', '%00.png', 'leo']) {
      expect([name, (await app.inject(`/uploadFiles/${name}`)).statusCode]).toEqual([name, 404]);
    }
  });

  it('describes the talk page, with whose voices are heard, without a key while the demo is off', async () => {
    const CEDAR = { voice: 'cedar', name: 'Henry', gender: 'male', language: 'en-US' } as const;
    const described = { provider: 'local', voices: [CEDAR], hasSamples: true, takesOtherNames: false };
    const voices = new VoiceDirectory({
      providers: [{ ...described, speakerOf: () => CEDAR }],
      providerOf: () => 'local',
    });
    const voice = () => ({ mouth: 'm', ears: 'e', brain: 'b', hears: true, provider: 'local' });
    const demo = () => ({ licence: TEST_KEY, projectId: 'project' });
    const page = {
      version: '1',
      voice,
      voices,
      abilities: () => ({ sees: false, isDemonstration: true }),
      foundModels: () => [],
    };
    const { app } = await start({ talkPage: { ...page, demo } });
    expect((await app.inject('/api/v1/talk-page')).json()).toEqual({
      demoLicense: TEST_KEY,
      avatars: [
        {
          avatarId: TEST_AVATAR.avatarId,
          name: 'navtalk.Leo',
          title: 'Leo',
          description: 'A friendly guide.',
          thumbnailUrl: '/uploadFiles/leo.png',
          face: null,
          voice: 'cedar',
          isDemonstration: true,
          sees: false,
          speaker: { ...CEDAR, provider: 'local' },
        },
      ],
      voices: [{ provider: 'local', voices: [CEDAR] }],
      voice: { mouth: 'm', ears: 'e', brain: 'b', hears: true, provider: 'local' },
      foundModels: [],
      version: '1',
    });
    await app.close();
    const off = await start({ talkPage: { ...page, demo: () => null } });
    expect((await off.app.inject('/api/v1/talk-page')).json()).toMatchObject({ demoLicense: null, avatars: [] });
  });
});

describe('open REST', () => {
  const DETAIL = {
    id: TEST_AVATAR.avatarId,
    avatarId: TEST_AVATAR.avatarId,
    name: 'navtalk.Leo',
    url: 'http://avatar.example/uploadFiles/leo.png',
    thumbnailUrl: 'http://avatar.example/uploadFiles/leo.png',
    videoFile: false,
    providerId: '1',
    providerName: 'openai',
    model: 'gpt-realtime',
    voice: 'cedar',
    firstMessage: 'Hello!',
    prompt: 'You are Leo.',
    status: 'Success',
  };
  const host = { host: 'avatar.example' };

  it.each([
    [
      'detail by query key [20.28]',
      { url: `/api/open/v1/avatar/detail?license=${TEST_KEY}&avatarId=${TEST_AVATAR.avatarId}` },
    ],
    [
      'detail by header key [20.28]',
      { url: `/api/open/v1/avatar/detail?id=${TEST_AVATAR.avatarId}`, headers: { license: TEST_KEY } },
    ],
    [
      'detail by POST [20.28]',
      { method: 'POST', url: '/api/open/v1/avatar/detail', payload: { license: TEST_KEY, id: TEST_AVATAR.avatarId } },
    ],
    ['getByName', { url: `/api/open/v1/avatar/getByName?license=${TEST_KEY}&name=navtalk.Leo` }],
  ] as const)('%s', async (_name, request) => {
    const { app } = await start();
    const reply = await app.inject({
      ...request,
      headers: { ...host, ...('headers' in request ? request.headers : {}) },
    });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ code: 200, message: 'SUCCESS', data: DETAIL });
    expect(reply.headers['access-control-allow-origin']).toBe('*');
  });

  it.each([
    ['GET', '/api/open/v1/avatar/nothing', 404],
    ['PUT', '/api/open/v1/avatar/detail', 404],
    ['GET', '/api/open', 404],
    ['POST', '/api/nothing', 404],
    ['GET', '/api/open/v1/avatar/list', 401],
    ['GET', '/api/%', 400],
    ['GET', '/api/v1/nothing', 404],
  ] as const)(
    '%s %s is refused so that pages of every origin read it, unless it is the console’s',
    async (method, url, status) => {
      const { app } = await start();
      const reply = await app.inject({ method, url, headers: host });
      expect(reply.statusCode).toBe(status);
      expect(reply.headers['access-control-allow-origin']).toBe(url.startsWith('/api/v1') ? undefined : '*');
    },
  );

  it('lists with the status that the list filter of a client wants, and lets nobody keep the answer [20.25]', async () => {
    const { app } = await start();
    const reply = await app.inject({ url: '/api/open/v1/avatar/list', headers: { ...host, license: TEST_KEY } });
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.json()).toEqual({ code: 200, message: 'SUCCESS', data: [{ ...DETAIL, status: 'SUCCESS' }] });
  });

  it('lists an avatar with a film by its film, with the picture as poster, and serves both [19.wordpress.needs] [22.7]', async () => {
    const { avatarId, name, model, voice, prompt, firstMessage } = TEST_AVATAR;
    const shown = { title: 'Leo', description: '', pictureFile: 'leo.png', clipFile: 'leo.mp4' };
    const film = { avatarId, name, model, voice, prompt, firstMessage, ...shown };
    const [list, get] = [async () => [film], async () => film];
    writeFileSync(join(folder, 'leo.mp4'), 'film');
    const { app } = await start({
      catalogue: { list, listShown: list, get, getAnywhere: get },
      findUpload: async (file) => ({ kind: 'here', path: join(folder, file === 'leo.png' ? 'leo.webp' : file) }),
    });
    const reply = await app.inject({ url: '/api/open/v1/avatar/list', headers: { ...host, license: TEST_KEY } });
    const [avatar] = reply.json().data;
    const url = 'http://avatar.example/uploadFiles/leo.mp4';
    expect(avatar).toEqual({ ...DETAIL, status: 'SUCCESS', videoFile: true, url });
    const detail = await app.inject({
      url: `/api/open/v1/avatar/detail?avatarId=${avatarId}&license=${TEST_KEY}`,
      headers: host,
    });
    expect(detail.json().data).toEqual(DETAIL);
    const served = await Promise.all(
      [url, DETAIL.thumbnailUrl].map((file) => app.inject({ url: new URL(file).pathname, headers: host })),
    );
    expect(served.map(({ headers }) => headers['content-type'])).toEqual(['video/mp4', 'image/webp']);
  });

  it.each([
    [401, '/api/open/v1/avatar/list'],
    [401, '/api/open/v1/avatar/list?license=wrong'],
    [400, `/api/open/v1/avatar/detail?license=${TEST_KEY}`],
    [404, `/api/open/v1/avatar/detail?license=${TEST_KEY}&avatarId=none`],
    [404, `/api/open/v1/avatar/getByName?license=${TEST_KEY}&name=Nobody`],
    [500, '/api/open/v1/avatar/list?license=broken'],
  ])('answers %i in the envelope: %s', async (code, url) => {
    const { app } = await start();
    const reply = await app.inject(url);
    expect(reply.statusCode).toBe(code);
    expect(reply.json()).toEqual({ code, message: expect.stringMatching(/.+/), data: null });
  });

  it('lets pages of other origins send the key as a header', async () => {
    const { app } = await start();
    const reply = await app.inject({
      method: 'OPTIONS',
      url: '/api/open/v1/avatar/list',
      headers: { origin: 'https://shop.example' },
    });
    expect(reply.statusCode).toBe(204);
    expect(reply.headers['access-control-allow-headers']).toContain('license');
  });

  it('gives ICE servers at both levels, and TURN credentials only for a valid key', async () => {
    const { app } = await start();
    const url = '/api/webrtc/generate-ice-servers';
    const known = (await app.inject({ method: 'POST', url: `${url}?license=${TEST_KEY}`, headers: host })).json();
    expect(known.data.iceServers).toEqual(known.iceServers);
    expect(known.iceServers).toHaveLength(2);
    const unknown = (await app.inject({ method: 'POST', url, headers: host })).json();
    expect(unknown.iceServers).toEqual([{ urls: ['stun:avatar.example:3478'] }]);
  });

  it.each([
    ['JSON announced, nothing sent', 'application/json', '', 1],
    ['a form', 'application/x-www-form-urlencoded', `license=${TEST_KEY}`, 2],
    ['a body that is no JSON', 'application/json', '{', 1],
  ])('reads %s', async (_name, contentType, payload, count) => {
    const { app } = await start();
    const reply = await app.inject({
      method: 'POST',
      url: '/api/webrtc/generate-ice-servers',
      headers: { 'content-type': contentType },
      payload,
    });
    expect(reply.json().iceServers).toHaveLength(count);
  });

  it('keeps keys out of the log when a request fails', async () => {
    const { app, log } = await start();
    await app.inject('/api/open/v1/avatar/list?license=broken');
    expect(log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain('license=');
  });
});

it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
  const tls = await loadTls({ tls: { kind: 'self-signed' }, dataDir: folder, publicAddresses: [] });
  if (tls === undefined) throw new Error('no certificate was made');
  const { app, listen } = await start({ tls });
  await listen(0);
  /** The version that both agree on; null: none. */
  const dial = (to: NetServer, version: SecureVersion) =>
    new Promise<string | null>((resolve) => {
      const { port } = to.address() as AddressInfo;
      const versions = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...versions });
      const end = (agreed: string | null) => {
        socket.destroy();
        resolve(agreed);
      };
      socket.on('secureConnect', () => end(socket.getProtocol()));
      socket.on('error', () => end(null));
    });
  const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
  const agreed = await Promise.all(versions.map((version) => dial(app.server, version)));
  expect(agreed).toEqual([null, null, 'TLSv1.2', 'TLSv1.3']);
  // The one that asks could do with less.
  const lax = createTlsServer({ ...tls, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  await new Promise<void>((resolve) => lax.listen(0, '127.0.0.1', resolve));
  expect(await dial(lax, 'TLSv1')).toBe('TLSv1');
  lax.close();
});

it('answers a plain GET of the socket address with what to do', async () => {
  const { app } = await start();
  const reply = await app.inject('/wss/v2/realtime-chat?license=x');
  expect(reply.statusCode).toBe(426);
  expect(reply.json().message).toContain('WebSocket');
});

import { connect } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';

const SETTINGS = {
  TRUST_PROXY: 'true',
  PUBLIC_URL: 'https://talk.example.org',
  ALLOWED_HOSTS: 'box.lan,*.example.net',
};

describeUnderAttack('lying about names and addresses', SETTINGS, (arena) => {
  const paths = [
    '/',
    '/console',
    '/talk',
    '/embed',
    '/embed/visavis.js',
    '/reference/',
    '/openapi.json',
    '/health',
    '/api/v1/auth/options',
    '/api/v1/projects',
    '/api/open/v1/avatar/list',
    '/uploadFiles/x.png',
    '/recordings/x',
    '/nothing/here',
    '/wss/v2/realtime-chat',
  ];

  test('a page whose name leads here reads nothing, by HTTP or by socket', async () => {
    for (const name of [
      'evil.example',
      'localhost.evil.example',
      'talk.example.org.evil.example',
      'evil.local',
      '2130706433',
    ]) {
      for (const path of paths) {
        const reply = await ask(arena, path, [`Host: ${name}:8787`]);
        expect([name, path, reply.status]).toEqual([name, path, 421]);
        expect(reply.text).toContain(`ALLOWED_HOSTS=${name}`);
      }
      const upgrade = await ask(arena, `/wss/v2/realtime-chat?license=${arena.demoKey}&name=navtalk.Leo`, [
        `Host: ${name}`,
        `Origin: http://${name}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]);
      expect([name, upgrade.status]).toEqual([name, 421]);
      const body = JSON.stringify({ email: 'first@evil.example', name: 'First', password: 'a long enough password' });
      const registration = await ask(
        arena,
        '/api/v1/auth/register',
        [`Host: ${name}`, `Origin: http://${name}`, 'Content-Type: application/json', `Content-Length: ${body.length}`],
        { method: 'POST', body },
      );
      expect([name, registration.status]).toEqual([name, 421]);
      expect(JSON.parse(registration.text)).toMatchObject({ error: { code: 'unknown-host' } });
    }
    const page = await ask(arena, '/console', ['Host: evil.example', 'Accept: text/html']);
    expect(page.text).toMatch(/^This server does not go by the name evil\.example\./);
  });

  test('the names of the machine, those that were given, and addresses are answered', async () => {
    const own = [hostname(), `${hostname().split('.', 1)[0]}.local`];
    const names = [
      'localhost',
      'LOCALHOST:80',
      'a.localhost',
      '127.0.0.1',
      '10.1.2.3:8787',
      '[::1]',
      '[2001:db8::1]:443',
    ];
    for (const name of [...names, ...own, 'talk.example.org', 'Talk.Example.org.', 'box.lan:1', 'a.example.net']) {
      const reply = await ask(arena, '/health', [`Host: ${name}`]);
      expect([name, reply.status]).toEqual([name, 200]);
    }
    // As probes without a name do.
    expect((await ask(arena, '/health', [], { version: '1.0' })).status).toBe(200);
  });

  test('another name behind X-Forwarded-Host is seen, and one in front of it too', async () => {
    const behind = await ask(arena, '/health', ['Host: evil.example', 'X-Forwarded-Host: localhost']);
    const inFront = await ask(arena, '/health', ['Host: localhost', 'X-Forwarded-Host: evil.example']);
    const last = await ask(arena, '/health', ['Host: localhost', 'X-Forwarded-Host: localhost, evil.example']);
    const right = await ask(arena, '/health', ['Host: 127.0.0.1', 'X-Forwarded-Host: talk.example.org']);
    expect([behind, inFront, last, right].map(({ status }) => status)).toEqual([421, 421, 421, 200]);
  });

  test('hosts and protocols that are none are refused', async () => {
    const hosts = [
      'a b',
      'a/b',
      'user@localhost',
      '<script>',
      "'",
      '[::1',
      '::1',
      'localhost:port',
      'localhost:999999',
      '.',
      '%00',
    ];
    for (const name of [...hosts, `${'a'.repeat(300)}.localhost`]) {
      expect([name, (await ask(arena, '/health', [`Host: ${name}`])).status]).toEqual([name, 400]);
      const forwarded = await ask(arena, '/health', ['Host: localhost', `X-Forwarded-Host: ${name}`]);
      expect([name, forwarded.status]).toEqual([name, 400]);
    }
    expect((await ask(arena, '/health', ['Host: localhost', 'Host: evil.example'])).status).toBe(400);
    for (const protocol of ['javascript', 'ftp', 'file', 'https, javascript', ' ', 'http://', '<b>']) {
      const reply = await ask(arena, '/health', ['Host: localhost', `X-Forwarded-Proto: ${protocol}`]);
      expect([protocol, reply.status]).toEqual([protocol, 400]);
    }
    for (const protocol of ['http', 'HTTPS', 'https,http', 'wss']) {
      const reply = await ask(arena, '/health', ['Host: localhost', `X-Forwarded-Proto: ${protocol}`]);
      expect([protocol, reply.status]).toEqual([protocol, 200]);
    }
  });

  test('addresses that a client writes into X-Forwarded-For are not believed', async () => {
    const { owner } = await arena.newProject();
    const { email } = (await owner.get('/auth/session')).body.user;
    const tellers = [
      '198.51.100.9',
      '198.51.100.9, 203.0.113.50',
      '<script>, 203.0.113.50',
      'unknown, [203.0.113.50]:1',
    ];
    const seen: string[] = [];
    for (const said of tellers) {
      const visitor = new ConsoleVisitor(arena.url, said);
      await visitor.post('/auth/login', { email, password: ConsoleVisitor.PASSWORD });
      const sessions: { isCurrent: boolean; ipAddress: string }[] = (await visitor.get('/auth/sessions')).body;
      seen.push(sessions.find(({ isCurrent }) => isCurrent)?.ipAddress ?? '');
    }
    expect(seen).toEqual(['198.51.100.9', '203.0.113.50', '203.0.113.50', '203.0.113.50']);

    // One who changes what he says of himself with every attempt.
    const statuses: number[] = [];
    for (let tries = 0; tries < 14; tries += 1) {
      const attacker = new ConsoleVisitor(arena.url, `203.0.113.${tries}, 198.51.100.77`);
      statuses.push((await attacker.post('/auth/login', { email, password: `guess ${tries}` })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
  });
});

/** One request as it is written here, with every header as given. */
function ask(
  { url }: Arena,
  path: string,
  headers: readonly string[],
  { method = 'GET', version = '1.1', body = '' } = {},
): Promise<{ status: number; text: string }> {
  const { hostname: host, port: portText, protocol } = new URL(url);
  const port = Number(portText);
  const socket = protocol === 'https:' ? connectTls({ host, port }) : connect({ host, port });
  return new Promise((resolve, reject) => {
    let reply = '';
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', text = ''] = reply.split('\r\n\r\n', 2);
      resolve({ status: Number(/^HTTP\/1.1 (\d{3})/.exec(head)?.[1]), text });
    });
    const isUpgrade = headers.some((header) => header.startsWith('Upgrade'));
    const close = isUpgrade ? [] : ['Connection: close'];
    socket.write([`${method} ${path} HTTP/${version}`, ...headers, ...close, '', body].join('\r\n'));
  });
}

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

/** Headers and bodies have ten seconds; looking comes on top. */
const SOON_MS = 25_000;

describeUnderAttack('clients that take their time', {}, (arena) => {
  test('silent connections, headers and bodies by the byte are cut in time', { timeout: 120_000 }, async ({
    expect,
  }) => {
    const { owner, projectId, key } = await arena.newProject();
    const host = 'Host: localhost';
    const json = 'Content-Type: application/json';
    const clients = await arena.whileNeighbourTalks(async () => {
      const all = [
        // Says nothing; where TLS is spoken, not even hello.
        ...many(10, () => Client.open(arena, { isRaw: true })),
        ...many(10, () => Client.open(arena)),
        ...many(20, () => Client.open(arena, { said: 'GET / HTTP/1.1\r\nX-Slow: ', trickle: 'x' })),
        ...many(20, () => {
          const head = ['POST /api/v1/auth/login HTTP/1.1', host, json, 'Content-Length: 5000', '', ''];
          return Client.open(arena, { said: head.join('\r\n'), trickle: '{' });
        }),
        ...many(10, () => {
          const head = [
            'POST /api/open/v1/avatar/detail HTTP/1.1',
            host,
            `license: ${key}`,
            'Content-Length: 5000',
            '',
            '',
          ];
          return Client.open(arena, { said: head.join('\r\n'), trickle: 'x' });
        }),
        // Answered at once, and goes on sending.
        ...many(10, () => {
          const head = [
            `POST /api/v1/projects/${projectId}/uploads HTTP/1.1`,
            host,
            json,
            'Content-Length: 900000',
            '',
            '',
          ];
          return Client.open(arena, { said: head.join('\r\n'), trickle: 'x' });
        }),
        ...many(10, () => {
          const head = ['POST /nothing/here HTTP/1.1', host, 'Content-Type: text/x', 'Content-Length: 900000', '', ''];
          return Client.open(arena, { said: head.join('\r\n'), trickle: 'x' });
        }),
        // The upgrade of a socket that is never finished.
        ...many(10, () => {
          const head = ['GET /wss/v2/realtime-chat HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: websocket'];
          return Client.open(arena, { said: `${head.join('\r\n')}\r\nSec-`, trickle: 'x' });
        }),
      ];
      await expect.poll(() => all.filter(({ isOpen }) => isOpen).length, { timeout: SOON_MS, interval: 100 }).toBe(0);
      expect((await owner.get('/projects')).status).toBe(200);
      return all;
    });
    const answers = clients.map(({ answer }) => answer);
    for (const answer of answers) expect(answer).not.toMatch(/FST_|ERR_|Client Timeout|"error":"/);
    expect(
      answers.filter((answer) => /^HTTP\/1.1 408 .*took too (long|much)/s.test(answer)).length,
    ).toBeGreaterThanOrEqual(40);
  });

  test('a body that comes slowly, but comes, is taken', { timeout: 60_000 }, async ({ expect }) => {
    const body = JSON.stringify({ email: 'nobody@example.org', password: 'x'.repeat(190) });
    const head = ['POST /api/v1/auth/login HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
    const announced = [...head, `Content-Length: ${body.length}`, 'Connection: close', '', ''].join('\r\n');
    const client = Client.open(arena, { said: announced });
    for (const part of body.match(/.{1,40}/gs) ?? []) {
      await client.say(part);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await expect.poll(() => client.isOpen, { timeout: 20_000 }).toBe(false);
    expect(client.answer).toMatch(/^HTTP\/1.1 401 /);
  });

  test('of very many connections the idle ones make room, and somebody else is served', {
    timeout: 120_000,
  }, async ({ expect }) => {
    const { owner } = await arena.newProject();
    await arena.whileNeighbourTalks(async () => {
      const crowd = await gather(600, () => Client.open(arena, { isRaw: true }));
      await expect.poll(() => crowd.filter(({ isOpen }) => isOpen).length, { timeout: 8_000 }).toBeLessThanOrEqual(256);
      expect((await owner.get('/projects')).status).toBe(200);
      await expect.poll(() => crowd.some(({ isOpen }) => isOpen), { timeout: SOON_MS }).toBe(false);
    });
  });

  test('sockets that are refused and do not close, and crowds of them, hold nothing', {
    timeout: 120_000,
  }, async ({ expect }) => {
    await arena.whileNeighbourTalks(async () => {
      const upgrade = [
        'GET /wss/v2/realtime-chat?license=none HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '',
        '',
      ].join('\r\n');
      const crowd = await gather(200, () => Client.open(arena, { said: upgrade }));
      await expect.poll(() => crowd.filter(({ answer }) => answer !== '').length, { timeout: 20_000 }).toBe(200);
      const statuses = crowd.map(({ answer }) => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]));
      expect(statuses.filter((status) => status === 101).length).toBeLessThan(200);
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
      expect(statuses.filter((status) => status !== 101 && status !== 429)).toEqual([]);
      await expect.poll(() => crowd.some(({ isOpen }) => isOpen), { timeout: SOON_MS }).toBe(false);
    });
  });
});

function many<Thing>(count: number, make: () => Thing): Thing[] {
  return Array.from({ length: count }, make);
}

/** Opens connections a few at a time: this process also measures how long the neighbour waits. */
async function gather(count: number, make: () => Client): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const some = many(10, make);
    await Promise.all(some.map(({ opened }) => opened));
    clients.push(...some);
  }
  return clients;
}

/** A connection that says something at once, and then a little every quarter of a second. */
class Client {
  answer = '';
  isOpen = true;
  /** Resolves when there is a connection, or none any more. */
  readonly opened: Promise<void>;
  readonly #socket: Socket;

  private constructor(socket: Socket, { said = '', trickle = '' }: { said?: string; trickle?: string }) {
    this.#socket = socket;
    const timer = trickle === '' ? undefined : setInterval(() => socket.write(trickle), 250);
    socket.on('data', (chunk: Buffer) => {
      this.answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    this.opened = new Promise((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', resolve);
    });
    socket.on('close', () => {
      clearInterval(timer);
      this.isOpen = false;
    });
    if (said !== '') socket.write(said);
  }

  /** `isRaw`: speaks no TLS even where the server does. */
  static open({ url }: Arena, { isRaw = false, ...words }: { isRaw?: boolean; said?: string; trickle?: string } = {}) {
    const { hostname: host, port: portText, protocol } = new URL(url);
    const port = Number(portText);
    return new Client(protocol === 'https:' && !isRaw ? connectTls({ host, port }) : connect({ host, port }), words);
  }

  say(text: string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(text, () => resolve()));
  }
}

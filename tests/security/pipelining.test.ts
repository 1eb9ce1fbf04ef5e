import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

/** On a machine that is busy with other things. */
const HEALTH_WITHIN_MS = 5_000;
/** What a client that reads nothing may cost in all; without a bound it is thousands, or the end of the process. */
const MOST_GROWTH_MIB = 700;

describeUnderAttack('connections that are all busy', {}, (arena) => {
  test('requests without end that wait for no answer are cut, and cost nobody anything', {
    timeout: 120_000,
  }, async () => {
    const before = (await arena.server.footprint()).memoryMiB;
    await arena.whileNeighbourTalks(async () => {
      for (const path of ['/openapi.json', '/', '/api/v1/projects']) {
        const many = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(2_000);
        const sockets = await crowd(arena, 20, many);
        await expectHealth(arena, 3);
        await expect.poll(() => sockets.filter(({ closed }) => !closed).length, { timeout: 10_000 }).toBe(0);
      }
    });
    expect((await arena.server.footprint()).memoryMiB - before).toBeLessThan(MOST_GROWTH_MIB);
  });

  test('an address whose connections all send half a request is still served', { timeout: 120_000 }, async () => {
    await arena.whileNeighbourTalks(async () => {
      const head = ['POST /api/v1/auth/login HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
      const half = [...head, 'Content-Length: 900000', '', '{'].join('\r\n');
      const sockets = await crowd(arena, 270, half);
      await expectHealth(arena, 8);
      for (const socket of sockets) socket.destroy();
    });
  });

  test('an address whose connections all read no answer is still served', { timeout: 120_000 }, async () => {
    await arena.whileNeighbourTalks(async () => {
      const few = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(16);
      const sockets = await crowd(arena, 270, few);
      await expectHealth(arena, 8);
      for (const socket of sockets) socket.destroy();
    });
  });
});

/** Each over a connection of its own: one that waits idle for the next request makes room for the crowd. */
async function expectHealth({ url }: Arena, times: number): Promise<void> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  for (let count = 0; count < times; count += 1) {
    const options = { agent: false, signal: AbortSignal.timeout(HEALTH_WITHIN_MS) };
    const status = await new Promise((resolve, reject) => {
      const request = get(`${url}/health`, options, (response) => {
        response
          .once('error', reject)
          .once('end', () => resolve(response.statusCode))
          .resume();
      });
      request.once('error', reject);
    });
    expect(status).toBe(200);
  }
}

/** Connections that say something and read nothing; a few at a time, for this process also measures the neighbour's waits. */
async function crowd(arena: Arena, count: number, said: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: 10 }, () => open(arena, said));
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

function open({ url }: Arena, said: string): Promise<Socket> {
  const { hostname: host, port: portText, protocol } = new URL(url);
  const port = Number(portText);
  return new Promise((resolve) => {
    const socket = protocol === 'https:' ? connectTls({ host, port }) : connect({ host, port });
    socket.on('error', () => {});
    socket.once('close', () => resolve(socket));
    socket.write(said, () => resolve(socket));
  });
}

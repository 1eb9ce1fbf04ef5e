import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

const AVATARS = 76;
const PROMPT = 'p'.repeat(99_000);
const DEAF = 200;
const WATCH_MS = 25_000;
/** The budget of answers, what is read at once, and what an engine has not yet collected. */
const GROWTH_MIB = 400;

describeUnderAttack('answers that nobody reads', {}, (arena) => {
  test('hold little, keep nobody out, and are cut', { timeout: 180_000 }, async () => {
    const { owner, path, key, avatarId } = await arena.newProject();
    const neighbour = await arena.newProject();
    for (let index = 0; index < AVATARS; index += 1) {
      const reply = await owner.post(`${path}/avatars`, { fromAvatarId: avatarId, name: `A${index}`, prompt: PROMPT });
      expect(reply.status).toBe(201);
    }
    const attackers = [`/api/open/v1/avatar/list?license=${key}`, `/api/v1${path}/avatars`];
    await arena.whileNeighbourTalks(async () => {
      const before = (await arena.server.footprint()).memoryMiB;
      const deaf = Array.from({ length: DEAF }, (_, index) =>
        askDeafly(arena, attackers[index % 2] ?? '', owner.cookie),
      );
      let most = before;
      const statuses: number[] = [];
      const endMs = performance.now() + WATCH_MS;
      while (performance.now() < endMs) {
        most = Math.max(most, (await arena.server.footprint()).memoryMiB);
        statuses.push(await statusOf(arena, `/api/open/v1/avatar/list?license=${neighbour.key}`));
        statuses.push((await neighbour.owner.get(`${neighbour.path}/avatars`)).status);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      console.log(`memory: ${before} MiB before, ${most} MiB at most; ${statuses.length} requests of a neighbour`);
      expect(most - before, 'growth, in MiB').toBeLessThan(GROWTH_MIB);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      // What the deaf ones held came back, although they are still there.
      const again = () => statusOf(arena, attackers[0] ?? '');
      await expect.poll(again, { timeout: 40_000, interval: 500 }).toBe(200);
      for (const socket of deaf) socket.destroy();
    });
  });

  test('the first page is open while others ask for it without end', { timeout: 60_000 }, async () => {
    await arena.whileNeighbourTalks(async () => {
      const workerData = { address: `${arena.url}/api/v1/talk-page`, loops: 80 };
      const flood = new Worker(new URL('./support/asker.ts', import.meta.url), { workerData });
      const statuses: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        statuses.push(await statusOf(arena, '/api/v1/talk-page'));
        statuses.push(await statusOf(arena, `/api/open/v1/avatar/list?license=${arena.demoKey}`));
      }
      await flood.terminate();
      expect(statuses).toEqual(Array(40).fill(200));
    });
  });
});

async function statusOf({ url }: Arena, path: string): Promise<number> {
  const response = await fetch(url + path);
  await response.arrayBuffer();
  return response.status;
}

/** Asks, and never reads. */
function askDeafly({ url }: Arena, path: string, cookie: string): Socket {
  const { hostname: host, port: portText, protocol } = new URL(url);
  const port = Number(portText);
  const socket = protocol === 'https:' ? connectTls({ host, port }) : connect({ host, port });
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
  return socket;
}

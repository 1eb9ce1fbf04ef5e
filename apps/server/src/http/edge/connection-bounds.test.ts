import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { boundConnections } from './connection-bounds.ts';

let server: Server;
let sockets: Socket[] = [];
let requests = 0;

async function start(limits: { perAddress: number; inAll: number }): Promise<void> {
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    if (request.url === '/health') response.end('well');
    if (request.url === '/large') response.end(Buffer.alloc(50_000_000));
  });
  boundConnections(server, () => false, limits);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.closeAllConnections();
  server.close();
});

async function say(text: string): Promise<Socket> {
  const before = requests;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  socket.write(text);
  await expect.poll(() => requests > before || socket.destroyed).toBe(true);
  return socket;
}

const HALF = 'POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{';
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

async function isServed(): Promise<boolean> {
  const socket = await say(get('/health'));
  const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return String(chunk).includes('well');
}

it.each([
  ['of an address', { perAddress: 4, inAll: 100 }],
  ['in all', { perAddress: 100, inAll: 4 }],
])('ends the oldest whose request is still arriving, %s', async (_name, limits) => {
  await start(limits);
  const works = await say(get('/works'));
  const halves = [await say(HALF), await say(HALF), await say(HALF)];
  for (const half of halves) half.resume();
  expect(await isServed()).toBe(true);
  await expect.poll(() => halves.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  expect(works.destroyed).toBe(false);
});

it('ends the oldest that does not read its answer', async () => {
  await start({ perAddress: 2, inAll: 100 });
  const unread = [await say(get('/large')), await say(get('/large'))];
  for (const socket of unread) socket.pause();
  expect(await isServed()).toBe(true);
});

it('refuses the newest where every one waits for the server', async () => {
  await start({ perAddress: 2, inAll: 100 });
  const works = [await say(get('/works')), await say(get('/works'))];
  for (const socket of works) socket.resume();
  const newest = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(newest);
  newest.on('error', () => {});
  newest.resume();
  await once(newest, 'close');
  expect(works.map(({ destroyed }) => destroyed)).toEqual([false, false]);
});

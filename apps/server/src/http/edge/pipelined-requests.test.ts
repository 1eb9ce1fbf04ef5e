import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { refusePipelines } from './pipelined-requests.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

let server: Server;
let waiting: ServerResponse[] = [];
let served = 0;

async function start({ isAnswering }: { isAnswering: boolean }): Promise<number> {
  [waiting, served] = [[], 0];
  server = createServer((_request, response) => {
    served += 1;
    if (isAnswering) response.end('yes');
    else waiting.push(response);
  });
  refusePipelines(server, 16);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('serves as many at once as the bound, and answers all', async () => {
  const socket = connect(await start({ isAnswering: false }), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  socket.write(REQUEST.repeat(16));
  await expect.poll(() => waiting.length).toBe(16);
  for (const response of waiting) response.end('yes');
  await expect.poll(() => answer.split('yes').length - 1).toBe(16);
  // Answered ones count no more.
  socket.write(REQUEST.repeat(16));
  await expect.poll(() => waiting.length).toBe(32);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

it('cuts the connection at one more, and hands on nothing after it', async () => {
  const socket = connect(await start({ isAnswering: false }), '127.0.0.1');
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.resume();
  socket.write(REQUEST.repeat(1_000));
  await closed;
  expect(served).toBe(16);
});

it('does not even read what came in the same packet as the one too many', async () => {
  const socket = connect(await start({ isAnswering: false }), '127.0.0.1');
  let read = 0;
  server.on('request', () => {
    read += 1;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.resume();
  socket.write(REQUEST.repeat(1_000));
  await closed;
  expect(read).toBe(17);
});

it('lets one connection ask very often, one after another', async () => {
  const socket = connect(await start({ isAnswering: true }), '127.0.0.1');
  for (let count = 0; count < 100; count += 1) {
    socket.write(REQUEST);
    await once(socket, 'data');
  }
  expect(served).toBe(100);
  socket.destroy();
});

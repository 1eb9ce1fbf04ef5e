import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { CALL_LIMITS, processBudget } from '../calls/memory/call-memory.ts';
import type { Side } from './connection.ts';
import { SideSocket } from './side-socket.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function openSide(): Promise<SideSocket> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closers.push(() => server.close());
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closers.push(() => client.terminate());
  const [[socket, raw]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
  return new SideSocket(socket, { raw } as FastifyRequest, (give) => processBudget(1e9).open(CALL_LIMITS, give));
}

/** A call, and who is in it. */
function openCall(greet: (side: Side) => void = () => {}) {
  const sides = new Set<Side>();
  const joinSide = (side: Side) => {
    sides.add(side);
    greet(side);
    return { take() {}, leave: () => void sides.delete(side) };
  };
  return { sides, connection: { joinSide } };
}

test('a controller is in the call until it closes', async () => {
  const side = await openSide();
  const { sides, connection } = openCall();
  expect(side.join(connection, 'licence')).toBe(true);
  expect(sides.size).toBe(1);
  side.close(1000, 'done');
  expect(sides.size).toBe(0);
});

test('one that has closed before its key was known takes no place in the call', async () => {
  const side = await openSide();
  side.close(1001, 'server closing');
  const { sides, connection } = openCall();
  expect(side.join(connection, 'licence')).toBe(false);
  expect(sides.size).toBe(0);
});

test('one that closes while it is greeted leaves its place', async () => {
  const side = await openSide();
  const { sides, connection } = openCall((greeted) => greeted.close(4008, 'slow client'));
  side.join(connection, 'licence');
  expect(sides.size).toBe(0);
});

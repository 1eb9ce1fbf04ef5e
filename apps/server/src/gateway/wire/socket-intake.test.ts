import { once } from 'node:events';
import type { AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { CALL_LIMITS, processBudget } from '../calls/memory/call-memory.ts';
import { SocketIntake } from './socket-intake.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

test('while what comes may wait, a message that is arriving in small pieces is not held up', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closers.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const rests: number[] = [];
  let received = 0;
  server.on('connection', (socket, request) => {
    const transport = request.socket;
    const handle: { readStop(): number } = Reflect.get(transport, '_handle');
    const readStop = handle.readStop.bind(handle);
    handle.readStop = () => {
      rests.push(received);
      return readStop();
    };
    const memory = processBudget(1e9).open(CALL_LIMITS, () => {});
    const message = (data: unknown): void => {
      received += String(data).length;
    };
    const listener = { message, sign: () => {}, over: () => {}, mayWait: () => true };
    new SocketIntake(socket, transport, memory, listener).open();
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(client, 'open');
  closers.push(() => client.terminate());
  // The frame's head and its body go in pieces of a few kilobytes, each some milliseconds after the other.
  const raw: ReturnType<typeof connect> = Reflect.get(client, '_socket');
  raw.setNoDelay(true);
  const write = raw.write.bind(raw);
  raw.write = (piece: Uint8Array | string) => {
    const bytes = Buffer.from(piece);
    void (async () => {
      for (let at = 0; at < bytes.length; at += 4000) {
        write(bytes.subarray(at, at + 4000));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    return true;
  };
  client.send('p'.repeat(1_000_000));
  await expect.poll(() => received).toBe(1_000_000);
  // Before its first piece, perhaps, and behind its last.
  expect(rests.length).toBeLessThan(3);
});

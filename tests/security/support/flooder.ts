import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import type { FloodEnd, FloodOrder } from './flood.ts';

/** The thread of an attacker: it calls, sends what it was told to as fast as it is taken, and calls again when it is cut off. */
const order = workerData as FloodOrder;
const frames = order.frames.map((frame) => Buffer.from(frame));
const endMs = performance.now() + order.durationMs;
/** So much waits in the attacker's own memory at most. */
const MOST_UNSENT_BYTES = 8_000_000;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, order.pauseMs));
}

function connect(): WebSocket {
  return new WebSocket(order.address, {
    rejectUnauthorized: false,
    // Masking by zeros costs an attacker nothing.
    generateMask: (mask) => mask.fill(0),
    perMessageDeflate: false,
  });
}

async function callOnce(): Promise<FloodEnd> {
  const socket = connect();
  const end: { code: number; errorCode: string | null; events: number } = { code: 0, errorCode: null, events: 0 };
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const event = JSON.parse(String(data)) as { data?: { code?: string } };
    end.errorCode = event.data?.code ?? end.errorCode;
    end.events += 1;
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', (code) => {
      end.code = code;
      resolve();
    });
  });
  await Promise.race([new Promise((resolve) => socket.once('open', resolve)), closed]);
  if (order.isDeaf) socket.pause();
  for (let sent = 0; performance.now() < endMs && socket.readyState === socket.OPEN; sent += 1) {
    const frame = frames[sent % frames.length] ?? Buffer.alloc(0);
    for (let count = 0; count < order.atOnce; count += 1) {
      if (order.as === 'ping') socket.ping(frame);
      else socket.send(frame, { binary: false, fin: order.as === 'message' });
    }
    do await nextTurn();
    while (socket.bufferedAmount > MOST_UNSENT_BYTES && socket.readyState === socket.OPEN && performance.now() < endMs);
  }
  if (socket.readyState === socket.OPEN) socket.terminate();
  await closed;
  return end;
}

async function callAgainAndAgain(): Promise<FloodEnd[]> {
  const ends: FloodEnd[] = [];
  do ends.push(await callOnce());
  while (performance.now() < endMs);
  return ends;
}

const ends = await Promise.all(Array.from({ length: order.callers }, callAgainAndAgain));
parentPort?.postMessage(ends.flat());

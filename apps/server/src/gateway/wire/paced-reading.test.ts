import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { setInterval as every } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { PacedReading } from './paced-reading.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Pair = { readonly client: Socket; readonly transport: Socket };

const KINDS = {
  async plain(): Promise<Pair> {
    const server = createServer();
    const transport = connection(server, 'connection');
    return { client: connect(await portOf(server), '127.0.0.1').setNoDelay(), transport: await transport };
  },
  async TLS(): Promise<Pair> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'test' }], { keyType: 'ec' });
    const server = createTlsServer({ cert, key });
    const transport = connection(server, 'secureConnection');
    const client = connectTls({ port: await portOf(server), host: '127.0.0.1', rejectUnauthorized: false });
    client.setNoDelay();
    return { client, transport: await transport };
  },
};

async function connection(server: Server, event: string): Promise<Socket> {
  const [socket] = await once(server, event);
  return socket;
}

async function portOf(server: Server): Promise<number> {
  closers.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe.each(['plain', 'TLS'] as const)('reading a %s socket at a pace', (kind) => {
  async function open(onPiece: (piece: Buffer, reading: PacedReading) => void): Promise<Pair & { text: () => string }> {
    const pair = await KINDS[kind]();
    closers.push(
      () => pair.client.destroy(),
      () => pair.transport.destroy(),
    );
    const reading = new PacedReading(pair.transport);
    let text = '';
    pair.transport.on('data', (piece: Buffer) => {
      text += piece.toString();
      onPiece(piece, reading);
    });
    return { ...pair, text: () => text };
  }

  /** A message every five milliseconds, 120 of them. */
  async function stream(client: Socket): Promise<string> {
    let sent = '';
    for await (const _ of every(5)) {
      const message = `${sent.length},`;
      sent += message;
      client.write(message);
      if (sent.split(',').length > 120) return sent;
    }
    return sent;
  }

  test('many messages are read in few turns of the event loop, all of them and in order', async () => {
    let turns = 0;
    let isSameTurn = false;
    const { client, text } = await open((piece, reading) => {
      reading.rest(piece.length);
      if (isSameTurn) return;
      turns += 1;
      isSameTurn = true;
      setImmediate(() => {
        isSameTurn = false;
      });
    });
    const sent = await stream(client);
    await expect.poll(text).toBe(sent);
    // 600 ms at least; a machine that is slow takes more beats for it, and has more in each.
    expect(turns).toBeLessThan(40);
  });

  test('who is in a hurry reads at once, and who closes is noticed', async () => {
    const { client, transport, text } = await open((piece, reading) => {
      reading.rest(piece.length);
      if (piece.includes('now')) reading.hurry();
    });
    client.write('first');
    await expect.poll(text).toBe('first');
    client.write('now');
    await expect.poll(text).toBe('firstnow');
    client.end('last');
    await once(transport, 'end');
    expect(text()).toBe('firstnowlast');
  });

  test('what is more than a microphone gives does not wait', async () => {
    const stops: number[] = [];
    const { client, transport, text } = await open((piece, reading) => reading.rest(piece.length));
    const handle = '_handle' in transport ? transport._handle : null;
    if (typeof handle !== 'object' || handle === null || !('readStop' in handle))
      throw new Error('Node has no such handle');
    const readStop = handle.readStop as () => number;
    handle.readStop = () => {
      stops.push(text().length);
      return readStop.call(handle);
    };
    client.write('p'.repeat(400_000));
    await expect.poll(() => text().length).toBe(400_000);
    // The last piece may be a short one.
    expect(stops.length).toBeLessThan(3);
  });

  test('what comes is whole, whoever else holds the stream up meanwhile', async () => {
    const { client, transport, text } = await open((piece, reading) => {
      reading.rest(piece.length);
      transport.pause();
      setTimeout(() => transport.resume(), 5);
    });
    for (let count = 0; count < 8; count += 1) client.write('p'.repeat(1 + (count % 2) * 90_000));
    await expect.poll(() => text().length).toBe(4 + 4 * 90_001);
    expect(transport.destroyed).toBe(false);
  });

  test('a socket that is gone rests and goes on without a fault', async () => {
    const { transport } = await open(() => {});
    const reading = new PacedReading(transport);
    reading.rest(1);
    transport.destroy();
    await once(transport, 'close');
    reading.hurry();
    reading.rest(1);
  });
});

test('a stream that is no socket is read as it comes', () => {
  const stream: Duplex = new PassThrough();
  const reading = new PacedReading(stream);
  reading.rest(1);
  reading.hurry();
  expect(stream.isPaused()).toBe(false);
});

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from './listen.ts';
import { refusePipelines } from './pipelined-requests.ts';

const hasIpv6 = await new Promise<boolean>((resolve) => {
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen(0, '::1', () => probe.close(() => resolve(true)));
});
if (!hasIpv6) console.warn('SKIPPED: this machine has no ::1, the second loopback is not tried.');

let app = fastify();
let listening: Listening | undefined;
afterEach(async () => {
  listening?.close();
  await app.close();
});

async function start(host: string): Promise<Listening> {
  app = fastify({ forceCloseConnections: true });
  app.get('/', async () => 'yes');
  app.get('/never', () => new Promise(() => {}));
  await app.ready();
  refusePipelines(app.server, 4);
  listening = await listen(app, { host, port: 0 });
  return listening;
}

it('listens on an address alone', async () => {
  const { port } = await start('127.0.0.1');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('yes');
  await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow();
});

it('says that a port is taken', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  app = fastify();
  const { port } = other.address() as AddressInfo;
  await expect(listen(app, { host: 'localhost', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
});

describe.skipIf(!hasIpv6)('localhost', () => {
  it('is both loopbacks, and one server', async () => {
    const { port } = await start('localhost');
    for (const host of ['127.0.0.1', '[::1]'])
      expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('yes');
  });

  it('holds its bounds on both', async () => {
    const { port } = await start('localhost');
    for (const host of ['127.0.0.1', '::1']) {
      const socket = connect(port, host);
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      socket.resume();
      socket.write('GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(5));
      await closed;
    }
  });
});

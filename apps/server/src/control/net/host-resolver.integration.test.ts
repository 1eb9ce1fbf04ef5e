import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHostResolver, ForbiddenAddressError } from '@visavis/protocol/address-guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch } from './guarded-fetch.ts';

/** A name server that answers for `good.example` and `inner.example`, and never for anything else. */
const server = createSocket('udp4');
const asked: string[] = [];
let servers: string[] = [];
let folder = '';

const ADDRESSES: Readonly<Record<string, readonly number[]>> = {
  'good.example': [192, 0, 2, 7],
  'inner.example': [127, 0, 0, 1],
};

/** The question begins behind twelve bytes of head: labels with their lengths, an empty one, type and class. */
function answer(question: Buffer): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join('.').toLowerCase();
  const type = question.readUInt16BE(at + 1);
  asked.push(`${name} ${type}`);
  const address = ADDRESSES[name];
  if (address === undefined) return null;
  const body = Buffer.from(question.subarray(12, at + 5));
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  if (type !== 1) return Buffer.concat([head, body]);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, body, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address])]);
}

beforeAll(async () => {
  server.on('message', (question, from) => {
    const reply = answer(question);
    if (reply !== null) server.send(reply, from.port, from.address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
  servers = [`127.0.0.1:${server.address().port}`];
  folder = await mkdtemp(path.join(tmpdir(), 'visavis-hosts-'));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A name that is never answered is given up after five seconds: whoever waits for that waits longer. */
const AT_ONCE_MS = 3_000;

const never = () => new AbortController().signal;

describe('host resolver', () => {
  it('asks for a name at once while a hundred others are never answered', async () => {
    const resolve = createHostResolver({ servers });
    const stop = new AbortController();
    const silent = Array.from({ length: 100 }, (_, index) => resolve(`tarpit-${index}.example`, stop.signal));
    const outcomes = Promise.allSettled(silent);
    await expect.poll(() => asked.filter((name) => name.startsWith('tarpit')).length).toBeGreaterThanOrEqual(200);
    const fromMs = performance.now();
    expect(await resolve('good.example', never())).toEqual([{ address: '192.0.2.7', family: 4 }]);
    expect(performance.now() - fromMs, 'the time of the other name, in ms').toBeLessThan(AT_ONCE_MS);
    // Whoever gives up leaves nothing behind.
    const stoppedAtMs = performance.now();
    stop.abort();
    expect(new Set((await outcomes).map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(performance.now() - stoppedAtMs).toBeLessThan(AT_ONCE_MS);
  });

  it('gives a silent name up by itself', { timeout: 20_000 }, async () => {
    const fromMs = performance.now();
    await expect(createHostResolver({ servers })('silent.example', never())).rejects.toThrow('ETIMEOUT');
    expect(performance.now() - fromMs).toBeLessThan(12_000);
  });

  it('knows the names of the hosts file, and this machine', async () => {
    const hostsFile = path.join(folder, 'hosts');
    await writeFile(
      hostsFile,
      '# names\n192.0.2.9 other.example Listed.Example # ours\n2001:db8::1 listed.example\nx y\n',
    );
    const resolve = createHostResolver({ servers, hostsFile });
    expect(await resolve('listed.example', never())).toEqual([
      { address: '192.0.2.9', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
    expect((await resolve('localhost', never())).length).toBeGreaterThan(0);
    expect(asked.filter((name) => name.startsWith('listed') || name.startsWith('localhost'))).toEqual([]);
  });

  it('leads nobody to a private address', async () => {
    const fetchAnything = createGuardedFetch({ resolve: createHostResolver({ servers }) });
    const url = 'http://inner.example/';
    const request = { url, method: 'GET', timeoutMs: 2000, maxBytes: 1000, maxRedirects: 0 } as const;
    await expect(fetchAnything(request)).rejects.toThrow(ForbiddenAddressError);
  });
});

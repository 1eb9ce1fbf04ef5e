import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ForbiddenAddressError } from '@visavis/protocol/address-guard';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedRequest, LateAnswerError } from './guarded-fetch.ts';

let port = 0;
const seen: string[] = [];

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  seen.push(request.url ?? '');
  const target = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
  if (target !== null) response.writeHead(302, { location: target }).end();
  else if (request.url === '/large') response.end(Buffer.alloc(100_000));
  else if (request.url !== '/silent') response.writeHead(200, { 'content-type': 'text/plain' }).end('hello');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(24_450, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (url: string, extra: Partial<GuardedRequest> = {}): GuardedRequest => ({
  url,
  method: 'GET',
  timeoutMs: 2000,
  maxBytes: 10_000,
  maxRedirects: 3,
  ...extra,
});

/** A name server in the hand of an attacker. */
const resolve = async (host: string) => {
  const addresses: Record<string, string[]> = {
    'private.example': ['127.0.0.1'],
    'mixed.example': ['93.184.215.14', '10.0.0.7'],
    'metadata.example': ['169.254.169.254'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'allowed.example': ['127.0.0.1'],
    'none.example': [],
  };
  return (addresses[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const fetchAnything = createGuardedFetch({ resolve, allowedPrivateHosts: ['allowed.example'] });

describe('guarded fetch', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://[::7f00:1]:PORT/',
    'http://[2002:7f00:1::]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://METADATA.google.internal./',
    'http://localhost.:PORT/',
    'http://100.100.100.200/latest/meta-data/',
    'http://168.63.129.16/machine',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://private.example:PORT/',
    'http://mixed.example:PORT/',
    'http://metadata.example/',
    'http://mapped.example:PORT/',
    'http://none.example/',
    'file:///etc/passwd',
    'ftp://93.184.215.14/',
    'gopher://127.0.0.1:PORT/',
    'http://user:password@allowed.example:PORT/',
    'nonsense',
    // Redirects of a host that is allowed.
    'http://allowed.example:PORT/?to=http%3A%2F%2F127.0.0.1%3APORT%2Fsecret',
    'http://allowed.example:PORT/?to=http%3A%2F%2Fprivate.example%3APORT%2Fsecret',
    'http://allowed.example:PORT/?to=file%3A%2F%2F%2Fetc%2Fpasswd',
    'http://allowed.example:PORT/?to=%2F%3Fto%3D%2F%3Fto%3D%2F%3Fto%3D%2F%3Fto%3D',
  ])('refuses %s', async (template) => {
    seen.length = 0;
    await expect(fetchAnything(request(template.replaceAll('PORT', String(port))))).rejects.toThrow(
      ForbiddenAddressError,
    );
    expect(seen.filter((path) => path === '/' || path.startsWith('/secret'))).toEqual([]);
  });

  it('fetches what is allowed, follows harmless redirects, and none when none are wanted', async () => {
    const url = `http://allowed.example:${port}`;
    const plain = await fetchAnything(request(`${url}/`));
    expect([plain.status, plain.contentType, plain.body.toString()]).toEqual([200, 'text/plain', 'hello']);
    expect((await fetchAnything(request(`${url}/?to=%2F`))).body.toString()).toBe('hello');
    expect((await fetchAnything(request(`${url}/?to=%2F`, { maxRedirects: 0 }))).status).toBe(302);
  });

  it('reads no more than it should, and waits no longer', async () => {
    const url = `http://allowed.example:${port}`;
    const large = await fetchAnything(request(`${url}/large`));
    expect([large.body.byteLength, large.isCut]).toEqual([10_000, true]);
    await expect(fetchAnything(request(`${url}/silent`, { timeoutMs: 100 }))).rejects.toThrow('in time');
    await expect(fetchAnything(request(`${url}/silent`, { timeoutMs: 100 }))).rejects.toThrow(LateAnswerError);
    const neverResolves = createGuardedFetch({ resolve: () => new Promise(() => {}) });
    await expect(neverResolves(request('http://slow.example/', { timeoutMs: 100 }))).rejects.toThrow();
  });

  it('tells nothing to a host whose certificate nobody vouches for', async () => {
    const altNames = [{ type: 2 as const, value: 'allowed.example' }];
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'allowed.example' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames }],
    });
    const reached: string[] = [];
    const impostor = createSecureServer({ cert, key }, (incoming, response) => {
      reached.push(incoming.url ?? '');
      response.end('hello');
    });
    await new Promise<void>((done) => impostor.listen(0, '127.0.0.1', done));
    const address = `https://allowed.example:${(impostor.address() as AddressInfo).port}/`;
    await expect(fetchAnything(request(address))).rejects.toThrow(/self-signed certificate/);
    expect(reached).toEqual([]);
    impostor.close();
  });

  it('connects to the address that was checked, whatever the name says a moment later', async () => {
    let lookUps = 0;
    const rebinding = createGuardedFetch({
      resolve: async () => {
        lookUps += 1;
        return [{ address: lookUps === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }];
      },
    });
    seen.length = 0;
    await expect(rebinding(request(`http://rebind.example:${port}/secret`, { timeoutMs: 300 }))).rejects.toThrow();
    expect([lookUps, seen]).toEqual([1, []]);
  });
});

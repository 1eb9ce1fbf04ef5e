import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rememberedLog } from '../gateway/test-doubles.ts';
import { Closers } from './closers.ts';
import { iceServersFor } from './ice-servers.ts';
import { isSelfSigned, loadTls } from './tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-roles-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('iceServersFor', () => {
  const base = { iceServers: undefined, publicAddresses: [], stunPort: 3478 };

  it.each([
    [base, 'avatar.example', 'stun:avatar.example:3478'],
    [base, '[::1]', 'stun:[::1]:3478'],
    [base, '', 'stun:127.0.0.1:3478'],
    [{ ...base, publicAddresses: ['2001:db8::1'], stunPort: 5000 }, 'inside', 'stun:[2001:db8::1]:5000'],
    [{ ...base, stunPort: 0 }, 'h', 'stun:h:3478'],
  ])('names this machine as the client knows it (%#) [19.flutter.needs] [20.17]', (config, hostName, url) => {
    expect(iceServersFor(config)(hostName)).toEqual([{ urls: [url] }]);
  });

  it('gives configured servers as they are', () => {
    const iceServers = [{ urls: ['turn:a'], username: 'u', credential: 'p' }];
    expect(iceServersFor({ ...base, iceServers })('h')).toBe(iceServers);
  });
});

describe('loadTls', () => {
  it('makes a certificate for this machine once and keeps it', async () => {
    const config = { tls: { kind: 'self-signed' }, dataDir: folder, publicAddresses: ['203.0.113.7'] } as const;
    const made = await loadTls(config);
    const certificate = new X509Certificate(made!.cert);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('203.0.113.7')).toBe('203.0.113.7');
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 365 * 24 * 3600 * 1000);
    expect(await loadTls(config)).toEqual(made);
  });

  it('makes each certificate with a subject of its own: who trusts two machines knows both', async () => {
    const config = { tls: { kind: 'self-signed' }, publicAddresses: [] } as const;
    const made = await Promise.all(['one', 'two'].map((name) => loadTls({ ...config, dataDir: join(folder, name) })));
    const [one, two] = made.map((material) => new X509Certificate(material!.cert).subject);
    expect(one).not.toBe(two);
    expect(made.map((material) => isSelfSigned(material!.cert))).toEqual([true, true]);
  });

  it('is off by default and says which file is missing', async () => {
    expect(await loadTls({ tls: { kind: 'off' }, dataDir: folder, publicAddresses: [] })).toBeUndefined();
    const files = { kind: 'files', certPath: '/none.pem', keyPath: '/none.key' } as const;
    await expect(loadTls({ tls: files, dataDir: folder, publicAddresses: [] })).rejects.toThrow(
      /TLS_(CERT|KEY): \/none/,
    );
  });
});

it('closes in the opposite order, once, and goes on after a failure', async () => {
  const log = rememberedLog();
  const closers = new Closers(log);
  const order: string[] = [];
  closers.add('first', async () => order.push('first'));
  closers.add('broken', async () => {
    throw new Error('no');
  });
  closers.add('last', async () => order.push('last'));
  await Promise.all([closers.close(), closers.close()]);
  expect(order).toEqual(['last', 'first']);
  expect(log.lines).toMatchObject([{ level: 'error', text: expect.stringContaining('broken') }]);
});

import { describe, expect, it } from 'vitest';
import { believes, cleanForwardedFor, readProxyTrust } from './trusted-proxies.ts';

describe('readProxyTrust', () => {
  it.each([
    ['false', false],
    ['0', false],
    ['true', { kind: 'hops', hops: 1 }],
    ['3', { kind: 'hops', hops: 3 }],
    ['Loopback', { kind: 'addresses', addresses: ['loopback'] }],
    [' 10.0.0.0/8 ,fd00::1 ', { kind: 'addresses', addresses: ['10.0.0.0/8', 'fd00::1'] }],
  ])('reads %j', (text, expected) => {
    expect(readProxyTrust(text)).toEqual(expected);
  });

  it.each(['', ',', '11', '-1', '1.5', 'proxy.example', '10.0.0', '127.1', '10.0.0.0/33', '0x7f000001', 'constructor'])(
    'does not take %j',
    (text) => {
      expect(readProxyTrust(text)).toBeUndefined();
    },
  );
});

describe('believes', () => {
  it('counts hops', () => {
    const trust = believes({ kind: 'hops', hops: 2 });
    expect([0, 1, 2].map((hop) => trust('203.0.113.1', hop))).toEqual([true, true, false]);
  });

  it('compares addresses, IPv4 inside IPv6 too', () => {
    const trust = believes({ kind: 'addresses', addresses: ['10.0.0.0/8', 'loopback', '2001:db8::/32'] });
    for (const address of ['10.9.8.7', '127.0.0.1', '::1', '::ffff:10.1.1.1', '2001:db8:1::2']) {
      expect([address, trust(address, 0)]).toEqual([address, true]);
    }
    for (const address of ['11.0.0.1', '2001:db9::1', '', 'x', undefined]) {
      expect([address, trust(address, 0)]).toEqual([address, false]);
    }
  });
});

describe('cleanForwardedFor', () => {
  it.each([
    ['203.0.113.1, 10.0.0.1', '203.0.113.1, 10.0.0.1'],
    ['203.0.113.1:4711,[2001:db8::1]:443', '203.0.113.1, 2001:db8::1'],
    ['<script>, 203.0.113.1', '203.0.113.1'],
    ['203.0.113.1, unknown, 198.51.100.1', '198.51.100.1'],
    ['203.0.113.1, 1.2', undefined],
    ['', undefined],
  ])('%j becomes %j', (header, expected) => {
    expect(cleanForwardedFor(header)).toBe(expected);
  });
});

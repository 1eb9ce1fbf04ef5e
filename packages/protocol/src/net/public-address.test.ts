import { describe, expect, it } from 'vitest';
import { isPrivateName, isPublicAddress } from './public-address.ts';

describe('isPublicAddress', () => {
  it.each(['93.184.215.14', '8.8.8.8', '1.1.1.1', '2606:4700::1111', '2a00:1450:4001:81b::200e', '::ffff:8.8.8.8'])(
    'takes %s for public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['no address', ''],
    ['no address', 'x'],
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['private', '10.0.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT, end', '100.127.255.255'],
    ['Alibaba’s metadata', '100.100.100.200'],
    ['link-local, metadata of most clouds', '169.254.169.254'],
    ['metadata of ECS', '169.254.170.2'],
    ['Azure’s wire server', '168.63.129.16'],
    ['Oracle’s metadata', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['benchmarks', '198.18.0.1'],
    ['6to4 relays', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible loopback', '::7f00:1'],
    ['IPv4-compatible, public', '::808:808'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-translated loopback', '::ffff:0:7f00:1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['NAT64 of a public address', '64:ff9b::808:808'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['6to4 of a public address', '2002:808:808::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ISATAP of a private address', '2001:4860::5efe:a00:1'],
    ['ISATAP of a private address', '2001:4860::200:5efe:a00:1'],
    ['unique local', 'fd00::1'],
    ['metadata of EC2', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['segment routing', '5f00::1'],
    ['not yet given to anybody', '4000::1'],
  ])('does not take %s (%s) for public', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('isPrivateName', () => {
  it('knows names of this network and of clouds', () => {
    const names = [
      'localhost',
      'a.localhost',
      'printer.local',
      'metadata.google.internal',
      'Metadata.Google.Internal.',
    ];
    names.push('instance-data', 'metadata', 'metadata.goog', 'router.lan', 'nas.home.arpa', 'x.ec2.internal');
    expect(names.filter((name) => !isPrivateName(name))).toEqual([]);
    const others = ['example.org', 'local.example.org', 'mylocalhost', 'internal.example.org', 'metadata.example.org'];
    expect(others.filter(isPrivateName)).toEqual([]);
  });
});

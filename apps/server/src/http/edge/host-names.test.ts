import { describe, expect, it } from 'vitest';
import { createHostNames, namesOfMachine } from './host-names.ts';

const names = createHostNames({ machineName: 'Box.lan', given: ['Talk.Example.org', '*.example.net', '0.0.0.0'] });

describe('host names', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'app.localhost',
    '127.0.0.1',
    '192.168.1.20',
    '[::1]',
    '[2001:db8::1]',
    'box',
    'box.lan',
    'box.local',
    'talk.example.org',
    'talk.example.org.',
    'a.example.net',
  ])('goes by %s', (name) => {
    expect(names.has(name)).toBe(true);
  });

  it.each([
    'evil.example',
    'example.org',
    'transfer.navtalk.ai',
    'transfer.navtalk.ai.evil.example',
    'talk.example.org.evil.example',
    'localhost.evil.example',
    'xlocalhost',
    'example.net',
    'a.b.example.net',
    '127.0.0.1.evil.example',
    '127.1',
    '2130706433',
    '0x7f000001',
    'other.local',
    '*.example.net.evil',
    '[::1',
    '.',
  ])('does not go by %s', (name) => {
    expect(names.has(name)).toBe(false);
  });

  it('goes by the names of the closed service where it speaks TLS', () => {
    const overTls = createHostNames({ machineName: 'box', given: [], certificate: 'none that can be read' });
    const asked = ['transfer.navtalk.ai', 'api.navtalk.ai', 'navtalk.ai', 'evil.example'];
    expect(asked.map((name) => overTls.has(name))).toEqual([true, true, false, false]);
  });

  it('goes by every name when told so', () => {
    expect(createHostNames({ machineName: 'box', given: ['*'] }).has('evil.example')).toBe(true);
  });

  it('knows what a machine without a domain is called', () => {
    expect(namesOfMachine('box')).toEqual([
      'box',
      'box.local',
      'box.lan',
      'box.home',
      'box.home.arpa',
      'box.internal',
      'box.localdomain',
    ]);
    expect(namesOfMachine('')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { shownName } from './avatar-names.ts';
import { findWanted, readTalkAddress, talkAddress } from './talk-address.ts';

const read = (address: string) => readTalkAddress(new URL(address, 'http://localhost'));

const avatars = [
  { avatarId: '0123456789abcdef0123456789abcdef', name: 'navtalk.Iris' },
  { avatarId: 'fedcba9876543210fedcba9876543210', name: 'Zoë & Co' },
];

it('names of avatars lose the prefix that is for programs, and no other part', () => {
  const names = ['navtalk.leo', 'NavTalk.Leo', 'navtalk.Dr. Mia', 'Dr. Mia', 'a.b', '', 'navtalk.'];
  expect(names.map(shownName)).toEqual(['Leo', 'Leo', 'Dr. Mia', 'Dr. Mia', 'A.b', '', '']);
});

describe('addresses of the talk page', () => {
  it('may name an avatar, and are pages of no other path', () => {
    expect([read('/'), read('/talk'), read('/talk/'), read('/?avatar=')]).toEqual(Array(4).fill({ avatar: null }));
    for (const address of ['/?avatar=Iris', '/?avatarId=Iris', '/talk/Iris', '/talk/Iris/?license=x']) {
      expect([address, read(address)]).toEqual([address, { avatar: 'Iris' }]);
    }
    expect(read('/talk/Zo%C3%AB%20%26%20Co')).toEqual({ avatar: 'Zoë & Co' });
    expect(read('/talk/%E0%A4%A')).toEqual({ avatar: '%E0%A4%A' });
    for (const address of ['/nobody', '/talk/a/b', '/talker', '/index.php']) expect(read(address)).toBeNull();
  });

  it('find an avatar by its id or its name, and none for others', () => {
    const idOf = (wanted: string) => findWanted(avatars, wanted)?.avatarId;
    const [iris, zoe] = avatars.map(({ avatarId }) => avatarId);
    for (const wanted of ['Iris', 'iris', 'navtalk.iris', iris ?? '', '01234567-89AB-cdef-0123-456789abcdef']) {
      expect([wanted, idOf(wanted)]).toEqual([wanted, iris]);
    }
    expect(idOf('zoë & co')).toBe(zoe);
    expect([idOf('nobody'), idOf('navtalk.'), idOf('ir')]).toEqual([undefined, undefined, undefined]);
    for (const avatar of avatars) expect(idOf(read(talkAddress(avatar))?.avatar ?? '')).toBe(avatar.avatarId);
  });
});

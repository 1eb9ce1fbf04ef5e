import { expect, it } from 'vitest';
import { readConnect } from './read-connect.ts';

it('the size of the picture is asked for by a number in the address, and by nothing else', () => {
  expect(readConnect({ pictureSize: '900' }).pictureSizePx).toBe(900);
  for (const wrong of ['', '-1', '1e9', '720.5', 'large', '999999']) {
    expect(readConnect({ pictureSize: wrong })).not.toHaveProperty('pictureSizePx');
  }
});

it('the key is the address’s, else the header’s, else what is given as userId', () => {
  expect(readConnect({ license: 'a', userId: 'c' }, { license: 'b' }).licence).toBe('a');
  expect(readConnect({ userId: 'c' }, { license: ' b ' }).licence).toBe('b');
  expect(readConnect({ userId: ['c', 'd'] }, { license: '' }).licence).toBe('c');
  expect(readConnect({}, {})).not.toHaveProperty('licence');
});

import { expect, it } from 'vitest';
import { keepLocalPhoto, localPhotoOf } from './local-photos.ts';

const photo = (type = 'image/jpeg') => new File(['x'], 'a', { type });

it('keeps the photos that were sent last, a few of them, and no clips', () => {
  for (let index = 0; index < 25; index += 1) keepLocalPhoto(`a${index}`, photo());
  keepLocalPhoto('clip', photo('video/mp4'));
  expect([localPhotoOf('a0'), localPhotoOf('a4'), localPhotoOf('clip')]).toEqual([null, null, null]);
  expect([localPhotoOf('a5'), localPhotoOf('a24')]).toEqual([
    expect.stringMatching(/^blob:/),
    expect.stringMatching(/^blob:/),
  ]);
});

it('shows another photo in the place of the one that failed', () => {
  keepLocalPhoto('a', photo());
  const first = localPhotoOf('a');
  keepLocalPhoto('a', photo());
  expect(localPhotoOf('a')).not.toBe(first);
});

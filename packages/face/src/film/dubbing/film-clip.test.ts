import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openFilmClip, pictureMs, rateOf, readFilmPictures } from './film-clip.ts';

it('television’s rates stay what they are, and rounded times of containers become them again', () => {
  expect(rateOf(29.97)).toEqual({ ticksPerSecond: 30_000, ticksPerPicture: 1001 });
  expect(rateOf(23.976)).toEqual({ ticksPerSecond: 24_000, ticksPerPicture: 1001 });
  expect(rateOf(30.000000001)).toEqual({ ticksPerSecond: 30_000, ticksPerPicture: 1000 });
  expect(pictureMs(rateOf(25))).toBe(40);
});

it('odd rates are kept, and what is no rate becomes a usual one', () => {
  expect(pictureMs(rateOf(12.5))).toBe(80);
  expect(pictureMs(rateOf(0))).toBe(40);
  expect(pictureMs(rateOf(1000))).toBeCloseTo(1000 / 120);
});

it('a 3GP film of an old phone is opened like others, its pixels made square', async () => {
  const clip = await openFilmClip(join(import.meta.dirname, '../../testing/films/c34-phone.3gp'));
  expect([clip.widthPx, clip.heightPx, pictureMs(clip.rate).toFixed(2)]).toEqual([192, 144, '66.67']);
  expect(clip.durationS).toBeCloseTo(4.1, 1);
  let count = 0;
  for await (const _picture of readFilmPictures(clip)) count += 1;
  expect(Math.abs(count - 62)).toBeLessThanOrEqual(1);
});

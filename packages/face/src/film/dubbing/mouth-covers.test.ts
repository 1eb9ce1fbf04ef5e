import { expect, it } from 'vitest';
import { coversOf } from './mouth-covers.ts';

const PLACES = 21;

/** Lips are redder than the skin around them. */
function face(change: (tone: [number, number, number], place: number) => readonly number[] = (tone) => tone) {
  const tones = Array.from({ length: PLACES }, (_unused, place) =>
    change(place < 11 ? [150, -18, 25] : [125, -16, 38], place),
  );
  return { tones: Float32Array.from(tones.flat()), isTurnedAway: false };
}

const bare = Array.from({ length: 10 }, (_unused, i) => face(([luma, blue, red]) => [luma + (i % 3), blue, red]));

it('what has another colour, or the one colour of a hand, covers a mouth, and so does what covers half of it', () => {
  const cup = face(() => [60, 60, -20]);
  const hand = face(() => [150, -18, 25]);
  const half = face((tone, place) => (place % 2 === 0 ? [60, 60, -20] : tone));
  const covers = coversOf([...bare, cup, hand, half]);
  expect(covers).toEqual([...bare.map(() => false), true, true, true]);
});

it('what is seen in one or two pictures alone is the mouth itself, such as a flash of teeth', () => {
  const flash = face((tone, place) => (place < 11 ? tone : [230, -5, 5]));
  expect(coversOf([...bare, flash, flash, flash, ...bare]).filter((isCovered) => isCovered)).toHaveLength(3);
  expect(coversOf([...bare, flash, flash, ...bare, flash, ...bare]).some((isCovered) => isCovered)).toBe(false);
});

it('a shadow over the whole face covers nothing, and nor does a face that is not there or turned away', () => {
  const shade = face(([luma, blue, red]) => [0.6 * luma, blue, red]);
  const away = { ...face(() => [20, 0, 0]), isTurnedAway: true };
  expect(coversOf([...bare, shade, null])).toEqual(Array.from({ length: 12 }, () => false));
  expect(coversOf([away, away, away, ...bare]).slice(3)).toEqual(bare.map(() => false));
  expect(coversOf([null, null])).toEqual([false, false]);
});

it('what covers it in most pictures is how it looks, like a beard', () => {
  const beard = face((tone, place) => (place < 11 ? [60, 0, 5] : tone));
  expect(coversOf([beard, beard, beard, beard]).some((isCovered) => isCovered)).toBe(false);
});

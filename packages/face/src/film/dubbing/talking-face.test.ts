import { expect, it } from 'vitest';
import type { CastFace } from './face-cast.ts';
import { talkingFace } from './talking-face.ts';

const COUNT = 90;
/** Syllables: how far a mouth that says the clip's sound is open at a picture. */
const openings = (index: number): number => 4 + 2 * Math.sin(index * 0.9) * Math.sin(index * 0.21);

function face(gapAt: (index: number) => number, count = COUNT): CastFace {
  const samples = Array.from({ length: count }, (_, index) => ({
    index,
    place: { x: 0, y: 0 },
    widthPx: 100,
    gap: gapAt(index),
  }));
  return { samples };
}

const talks = face((index) => 0.05 + 0.03 * (openings(index) - 4));
const chews = face((index) => 0.06 + 0.12 * Math.sin(index * 1.3));
const smiles = face(() => 0.3);
const scene = (faces: readonly CastFace[]) => ({ first: 0, sampleCount: COUNT, faces });

it('who opens the mouth with the sound talks, also beside somebody who chews more strongly, or shows teeth', () => {
  expect(talkingFace(scene([chews, smiles, talks]), openings)).toBe(talks);
});

it('without sound the one whose mouth moves most talks', () => {
  expect(talkingFace(scene([smiles, talks]), null)).toBe(talks);
  expect(talkingFace(scene([talks, chews]), null)).toBe(chews);
});

it('a mouth that is a little late to the sound talks, too', () => {
  const late = face((index) => 0.05 + 0.03 * (openings(index - 1) - 4));
  expect(talkingFace(scene([chews, late]), openings)).toBe(late);
});

it('faces that are seen for a moment do not talk, and of none there is none', () => {
  expect(talkingFace(scene([face((index) => index, 3)]), openings)).toBeNull();
  expect(talkingFace(scene([]), null)).toBeNull();
});

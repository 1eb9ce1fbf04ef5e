import { expect, it } from 'vitest';
import { MOUTH_AT_REST } from '../core/articulation.ts';
import { easedSmileLeft, smileLeft } from './smile-in-speech.ts';

const left = (articulation: Partial<typeof MOUTH_AT_REST>): number => smileLeft({ ...MOUTH_AT_REST, ...articulation });

it('a smile is whole at rest, relaxes in speech, and gives way to rounded lips', () => {
  expect(left({})).toBe(1);
  for (const talks of [{ jaw: 0.7 }, { wide: 0.8 }, { closure: 1 }]) expect(left(talks)).toBeCloseTo(0.6, 5);
  expect(left({ round: 0.9 })).toBeLessThan(0.2);
  expect(left({ round: 0.9, wide: 0.9 })).toBeCloseTo(0.6, 5);
});

it('a smile does not beat with the syllables, and comes back after them', () => {
  const syllables = [
    { round: 0.9 },
    { round: 0.9 },
    { round: 0.5 },
    {},
    { wide: 0.8 },
    { wide: 0.8 },
    { wide: 0.4 },
    {},
  ];
  let share = 1;
  const shares = Array.from({ length: 100 }, (_unused, picture) => {
    share = easedSmileLeft(share, { ...MOUTH_AT_REST, ...syllables[picture % syllables.length] });
    return share;
  });
  const settled = shares.slice(40);
  expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(0.25);
  expect(Math.max(...settled)).toBeLessThan(0.7);
  for (let picture = 0; picture < 75; picture += 1) share = easedSmileLeft(share, MOUTH_AT_REST);
  expect(share).toBeGreaterThan(0.98);
});

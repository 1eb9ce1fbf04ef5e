import { expect, it } from 'vitest';
import { MOUTH_AT_REST } from '../core/articulation.ts';
import { smileLeft } from './smile-in-speech.ts';

const left = (articulation: Partial<typeof MOUTH_AT_REST>): number => smileLeft({ ...MOUTH_AT_REST, ...articulation });

it('a smile is whole at rest, relaxes in speech, and gives way to rounded lips', () => {
  expect(left({})).toBe(1);
  for (const talks of [{ jaw: 0.7 }, { wide: 0.8 }, { closure: 1 }]) expect(left(talks)).toBeCloseTo(0.6, 5);
  expect(left({ round: 0.9 })).toBeLessThan(0.2);
  expect(left({ round: 0.9, wide: 0.9 })).toBeCloseTo(0.6, 5);
});

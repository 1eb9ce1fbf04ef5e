import { expect, it } from 'vitest';
import { isMakingStep, MAKING_PROBLEMS, makingProblemOf } from './making.ts';

it('a stored sentence is found again by its problem, and no two problems share one', () => {
  for (const [problem, sentence] of Object.entries(MAKING_PROBLEMS)) expect(makingProblemOf(sentence)).toBe(problem);
  expect(makingProblemOf('The moon was in the way.')).toBeNull();
  expect([isMakingStep('finding the face'), isMakingStep('constructor')]).toEqual([true, false]);
});

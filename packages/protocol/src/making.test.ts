import { expect, it } from 'vitest';
import { isMakingStep, MAKING_PROBLEMS } from './making.ts';
import { REFUSALS } from './refusals.ts';

it('a failure of a making is found by its name alone: no refusal of a file has the name of a problem', () => {
  expect(Object.keys(MAKING_PROBLEMS).filter((problem) => Object.hasOwn(REFUSALS, problem))).toEqual([]);
});

it('knows the steps of a making', () => {
  expect([isMakingStep('finding the face'), isMakingStep('constructor')]).toEqual([true, false]);
});

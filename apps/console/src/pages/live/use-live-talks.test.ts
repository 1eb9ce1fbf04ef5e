import { expect, it } from 'vitest';
import { ApiProblem, noAnswer } from '../../api/client.ts';
import { restBeforeNext } from './use-live-talks.ts';

it('asks for live talks at once again after an answer, and rests after silence or a refusal', () => {
  expect(restBeforeNext(null)).toBe(250);
  expect(restBeforeNext(noAnswer())).toBe(5_000);
  expect(restBeforeNext(new ApiProblem(403, 'forbidden', 'No.'))).toBe(5_000);
});

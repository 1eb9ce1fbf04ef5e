import { expect, test } from 'vitest';
import { expectPrompt } from './answer-times.ts';

const QUIET_MS = [12, 40, 15, 18, 14];
const judge = (answersMs: readonly number[]) => () => expectPrompt(answersMs, 'the answers', QUIET_MS);

test('answers are prompt though a machine is slow, and busy elsewhere for a moment', () => {
  for (const answersMs of [[15], [60, 55, 517, 70, 58], [400, 430, 390, 1_200, 410]]) {
    expect(judge(answersMs)).not.toThrow();
  }
});

test('answers of a server that stood still for two seconds once, or is late by one each time, are not', () => {
  const once = Array.from({ length: 60 }, (_, index) => (index === 30 ? 1_850 : 20));
  expect(judge(once)).toThrow(/the slowest of the answers, in ms later than the 15 of quiet times: 5,5,/);
  const always = Array.from({ length: 9 }, () => 1_015);
  expect(judge(always)).toThrow(/seven of ten of the answers, in ms later than the 15/);
  expect(judge([1_015])).toThrow(/seven of ten/);
  // Starved: every second one is late.
  expect(judge([20, 1_000, 22, 1_100, 18, 990])).toThrow(/seven of ten/);
  expect(judge([])).toThrow(/the number of the answers/);
});

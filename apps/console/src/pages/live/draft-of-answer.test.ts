import { expect, it } from 'vitest';
import { draftAgain, draftWith } from './draft-of-answer.ts';

it('puts a ready answer behind what has been written', () => {
  expect(draftWith('', 'One moment, please.')).toBe('One moment, please.');
  expect(draftWith(' \n', 'One moment, please.')).toBe('One moment, please.');
  expect(draftWith('Good day. ', 'One moment, please.')).toBe('Good day. One moment, please.');
});

it('puts an answer that was not sent before what has been written since', () => {
  expect(draftAgain('Good day.', '')).toBe('Good day.');
  expect(draftAgain('Good day.\n', 'We open at nine')).toBe('Good day. We open at nine');
});

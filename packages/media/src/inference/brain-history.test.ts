import { expect, it } from 'vitest';
import type { BrainMessage } from '../core/machine-brain.ts';
import { chatHistoryOf, fittingMessages } from './brain-history.ts';

const SYSTEM: BrainMessage = { role: 'system', text: 'You are Ada.' };

it('calls, their outcome and what is said around them are one answer of the model', () => {
  const call = { role: 'call', name: 'weather', outcome: 'Sunny.' } as const;
  expect(
    chatHistoryOf([
      SYSTEM,
      { role: 'user', text: 'How is the weather?' },
      { role: 'assistant', text: 'I look.' },
      { ...call, argumentsJson: '{"place":"Bern"}' },
      { ...call, argumentsJson: 'no json' },
      { role: 'assistant', text: 'It is sunny.' },
    ]),
  ).toEqual([
    { type: 'system', text: 'You are Ada.' },
    { type: 'user', text: 'How is the weather?' },
    {
      type: 'model',
      response: [
        'I look.',
        { type: 'functionCall', name: 'weather', params: { place: 'Bern' }, result: 'Sunny.' },
        { type: 'functionCall', name: 'weather', params: {}, result: 'Sunny.' },
        'It is sunny.',
      ],
    },
  ]);
});

/** Talks of `turns` questions and answers, of 20 tokens each with the marks around them. */
function talkOf(turns: number): BrainMessage[] {
  return [
    SYSTEM,
    ...Array.from({ length: turns }, (_, turn): BrainMessage[] => [
      { role: 'user', text: `question ${turn}`.padEnd(12) },
      { role: 'assistant', text: `answer ${turn}`.padEnd(12) },
    ]).flat(),
    { role: 'user', text: 'what now?   ' },
  ];
}

it('keeps what has room, the prompt and the last question always, and cuts at the same place for many turns', () => {
  const fit = (turns: number, room = 420) => fittingMessages(talkOf(turns), room, (text) => text.length);
  expect(fit(5)).toEqual(talkOf(5));
  const begins: string[] = [];
  for (let turns = 10; turns < 40; turns += 1) {
    const [first, begin, ...rest] = fit(turns);
    expect(first).toEqual(SYSTEM);
    expect(begin?.role).toBe('user');
    expect((rest.length + 2) * 20).toBeLessThanOrEqual(420);
    expect(rest.at(-1)).toEqual({ role: 'user', text: 'what now?   ' });
    begins.push(JSON.stringify(begin));
  }
  // Thirty turns, and the beginning changes every fifth.
  expect(new Set(begins).size).toBeLessThanOrEqual(8);
  expect(fit(50, 10)).toEqual([SYSTEM, { role: 'user', text: 'what now?   ' }]);
  expect(fittingMessages([], 10, (text) => text.length)).toEqual([]);
});

import { expect, it } from 'vitest';
import type { BrainMessage } from '../core/machine-brain.ts';
import { chatHistoryOf, fittingMessages, fittingTools } from './brain-history.ts';

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
  expect(fit(50, 45)).toEqual([SYSTEM, { role: 'user', text: 'what now?   '.slice(0, 3) }]);
  expect(fittingMessages([], 10, (text) => text.length)).toEqual([]);
});

const length = (text: string): number => text.length;
const sizeOf = (messages: readonly BrainMessage[]): number =>
  messages.reduce((sum, each) => sum + (each.role === 'call' ? each.name + each.outcome : each.text).length, 0);

it('what tools said loses its end, and so does the prompt where it leaves the question no room', () => {
  const question: BrainMessage = { role: 'user', text: 'How is the weather?' };
  const call: BrainMessage = { role: 'call', name: 'weather', argumentsJson: '{}', outcome: 'sunny '.repeat(5000) };
  const fit = (messages: BrainMessage[]) => fittingMessages(messages, 1000, length);
  const [system, asked, answered] = fit([SYSTEM, question, call]);
  expect([system, asked]).toEqual([SYSTEM, question]);
  expect(answered).toMatchObject({ name: 'weather', outcome: expect.stringMatching(/^(sunny ?)+/) });
  expect(sizeOf([answered!])).toBeLessThanOrEqual(250);

  const endless: BrainMessage = { role: 'system', text: 'Be kind. '.repeat(1000) };
  const [cut, ...rest] = fit([endless, question]);
  expect(rest).toEqual([question]);
  expect(sizeOf([cut!])).toBeGreaterThan(900);
  for (const calls of [1, 4, 16]) {
    const all = fit([endless, { role: 'user', text: 'And? '.repeat(1000) }, ...Array<BrainMessage>(calls).fill(call)]);
    expect(all).toHaveLength(calls + 2);
    expect(sizeOf(all)).toBeLessThanOrEqual(1000);
    expect(sizeOf(all.slice(0, 1))).toBeGreaterThan(200);
  }
  // No room at all is no reason to fail here.
  expect(fittingMessages([endless, question], -50, length).map(({ role }) => role)).toEqual(['system', 'user']);
});

it('tools whose descriptions would leave a talk no room are left out', () => {
  const tools = { small: 'x', huge: 'x'.repeat(600), other: 'y' };
  expect(Object.keys(fittingTools(tools, 1000, length))).toEqual(['small', 'other']);
  expect(fittingTools(tools, 4000, length)).toEqual(tools);
});

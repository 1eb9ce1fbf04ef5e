import { expect, test } from 'vitest';
import { WithoutReasoning } from './without-reasoning.ts';

const spoken = (parts: readonly string[]): string => {
  const words = new WithoutReasoning();
  return parts.map((part) => words.take(part)).join('') + words.end();
};

test.for([
  ['Hello there.', 'Hello there.'],
  ['<think>They greet me.</think>Hello.', 'Hello.'],
  ['<think>a</think>Hello <think>b</think>you.', 'Hello you.'],
  ['1 < 2 and <b>', '1 < 2 and <b>'],
  ['<think>never ends', ''],
  ['ends with <thi', 'ends with <thi'],
] as const)('of %j, %j is spoken, in whatever parts it comes', ([text, expected]) => {
  for (const size of [1, 3, 7, 100]) {
    const parts = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(spoken(parts)).toBe(expected);
  }
});

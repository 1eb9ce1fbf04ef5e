import { expect, test } from 'vitest';
import { addUsage, type Usage, usageRows } from './usage.ts';

test('what services count is summed up by part', () => {
  let usage: Usage = {};
  usage = addUsage(usage, 'thinker', { inputTokens: 10, outputTokens: 2 });
  usage = addUsage(usage, 'speaker', { characters: 30 });
  usage = addUsage(usage, 'thinker', { inputTokens: 5, cachedInputTokens: 4 });
  usage = addUsage(usage, 'recogniser', { seconds: 0.1 });
  usage = addUsage(usage, 'recogniser', { seconds: 0.2 });
  expect(usage).toEqual({
    thinker: { inputTokens: 15, outputTokens: 2, cachedInputTokens: 4 },
    speaker: { characters: 30 },
    recogniser: { seconds: 0.3 },
  });
  expect(usageRows(usage).map(({ part, inputTokens, characters }) => [part, inputTokens, characters])).toEqual([
    ['recogniser', null, null],
    ['thinker', 15, null],
    ['speaker', null, 30],
  ]);
});

test('figures that are none count nothing, and no sum grows without end', () => {
  const odd = { inputTokens: Number.NaN, outputTokens: -5, characters: Number.POSITIVE_INFINITY, seconds: 0 };
  expect(addUsage({}, 'voice', odd)).toEqual({});
  expect(addUsage({ voice: { inputTokens: 1e12 } }, 'voice', { inputTokens: 1e300 }).voice?.inputTokens).toBe(1e12);
  const foreign = { ...odd, price: 3 };
  expect(addUsage({}, 'voice', foreign)).toEqual({});
});

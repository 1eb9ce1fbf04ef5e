import { expect, test } from 'vitest';
import { speakingMs } from './speaking-time.ts';

test.each([
  ['My mother came.', 1, 2],
  ['Welcome to our shop! You find the shoes on the second floor. '.repeat(10), 40, 60],
  ['欢迎光临我们的商店。', 2, 3],
])('%s takes some %d to %d seconds', (text, least, most) => {
  const seconds = speakingMs(text) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(least);
  expect(seconds).toBeLessThanOrEqual(most);
});

import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('work goes on once at a time, and again when it has ended or failed', async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  const work = oneAtATime(() => {
    turns.push(Promise.withResolvers<void>());
    return turns.at(-1)?.promise ?? Promise.resolve();
  });
  const first = work();
  await work();
  expect(turns).toHaveLength(1);
  turns[0]?.reject(new Error('it failed'));
  await expect(first).rejects.toThrow('it failed');
  const second = work();
  expect(turns).toHaveLength(2);
  turns[1]?.resolve();
  await second;
});

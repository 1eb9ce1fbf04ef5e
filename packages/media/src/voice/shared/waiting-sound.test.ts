import { expect, it, vi } from 'vitest';
import { WaitingSound } from './waiting-sound.ts';

const second = (value: number) => new Int16Array(24_000).fill(value);
const listen = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });

it('keeps the latest three seconds, gives them once, and tells how much was dropped', () => {
  const waiting = new WaitingSound();
  const logger = listen();
  for (const value of [1, 2, 3, 4, 5]) waiting.keep(second(value));
  expect(waiting.take().map((pcm) => pcm[0])).toEqual([3, 4, 5]);
  expect(waiting.take()).toEqual([]);
  waiting.drop(second(6));
  waiting.end(logger);
  waiting.end(logger);
  expect(logger.warn.mock.calls.map(([fields]) => fields)).toEqual([{ droppedMs: 3000 }]);
});

it('says nothing where nothing was dropped', () => {
  const waiting = new WaitingSound();
  const logger = listen();
  waiting.keep(second(1));
  waiting.end(logger);
  expect(waiting.take()).toEqual([]);
  expect(logger.warn).not.toHaveBeenCalled();
});

import { expect, test } from 'vitest';
import { SharedMoments, sharedMomentsOf } from './shared-moments.ts';

function clockWithTimers() {
  const timers: { dueMs: number; callback: () => void; isCancelled: boolean }[] = [];
  let nowMs = 100.4;
  const clock = {
    nowMs: () => nowMs,
    schedule(delayMs: number, callback: () => void) {
      const timer = { dueMs: nowMs + delayMs, callback, isCancelled: false };
      timers.push(timer);
      return () => {
        timer.isCancelled = true;
      };
    },
  };
  const fire = (index: number) => {
    const timer = timers[index];
    if (timer === undefined || timer.isCancelled) throw new Error('there is no such timer');
    nowMs = timer.dueMs;
    timer.callback();
  };
  return { clock, timers, fire };
}

test('those who wait for the same moment are told by one timer, not before it', () => {
  const { clock, timers, fire } = clockWithTimers();
  const moments = new SharedMoments(clock);
  const told: string[] = [];
  moments.schedule(120, () => told.push('one'));
  moments.schedule(120, () => told.push('two'));
  moments.schedule(130, () => told.push('later'));
  expect(timers.map(({ dueMs }) => dueMs)).toEqual([120.4, 130.4]);
  fire(0);
  expect(told).toEqual(['one', 'two']);
  moments.schedule(120, () => told.push('late'));
  fire(2);
  fire(1);
  expect(told).toEqual(['one', 'two', 'late', 'later']);
});

test('who leaves is not told, and a timer that nobody waits for is cancelled', () => {
  const { clock, timers, fire } = clockWithTimers();
  const moments = new SharedMoments(clock);
  const told: string[] = [];
  const leave = moments.schedule(120, () => told.push('one'));
  const leaveToo = moments.schedule(120, () => told.push('two'));
  leave();
  expect(timers[0]?.isCancelled).toBe(false);
  leaveToo();
  expect(timers[0]?.isCancelled).toBe(true);
  moments.schedule(120, () => told.push('three'));
  leaveToo();
  fire(1);
  expect(told).toEqual(['three']);
});

test('who is told may leave for another, and whoever waits by one clock waits together', () => {
  const { clock, fire } = clockWithTimers();
  const told: string[] = [];
  let leave = (): void => {};
  sharedMomentsOf(clock).schedule(120, () => leave());
  leave = sharedMomentsOf(clock).schedule(120, () => told.push('two'));
  fire(0);
  expect(told).toEqual([]);
});

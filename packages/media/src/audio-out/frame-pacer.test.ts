import { expect, test } from 'vitest';
import { ManualClock } from '../core/manual-clock.ts';
import { FramePacer } from './frame-pacer.ts';

const INTERVAL_MS = 20;

function build(startMs: number) {
  const clock = new ManualClock();
  clock.advance(startMs);
  const sentAtMs: number[] = [];
  let missedMs = 0;
  const pacer = new FramePacer({
    clock,
    intervalMs: INTERVAL_MS,
    onFrameDue: () => sentAtMs.push(clock.nowMs()),
    onStall: (stallMs) => {
      missedMs += stallMs;
    },
  });
  return { clock, pacer, sentAtMs, missedMs: () => missedMs };
}

test('the first frame is sent at once, the others at beats that calls have in common', () => {
  const { clock, pacer, sentAtMs } = build(13);
  pacer.start();
  clock.advance(60);
  expect(sentAtMs).toEqual([13, 30, 50, 70]);
  pacer.stop();
  clock.advance(100);
  expect(sentAtMs).toHaveLength(4);
});

test('stalls are told as exactly the time that frames are given up for, wherever between two beats they end', () => {
  const { clock, pacer, sentAtMs, missedMs } = build(13);
  pacer.start();
  for (const stallMs of [1_007, 433, 999, 250]) {
    clock.advance(101);
    clock.stall(stallMs);
    clock.advance(0);
  }
  clock.advance(40);
  // Frame 0 is that of the beat before the start, at 10.
  expect(sentAtMs.at(-1)).toBe(10 + (sentAtMs.length - 1) * INTERVAL_MS + missedMs());
});

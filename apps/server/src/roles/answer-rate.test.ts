import { describe, expect, it } from 'vitest';
import { AnswerRate } from './answer-rate.ts';

const RATES = { each: { atOnce: 3, perSecond: 2 }, all: { atOnce: 10, perSecond: 5 } };

function count(rate: AnswerRate, sender: string, nowMs: number, times = 20): number {
  return Array.from({ length: times }, () => rate.take(sender, nowMs)).filter(Boolean).length;
}

describe('answer rate', () => {
  it('lets each sender have a few at once, and then so many a second', () => {
    const rate = new AnswerRate(RATES);
    expect(count(rate, 'a', 0)).toBe(3);
    expect(count(rate, 'a', 500)).toBe(1);
    expect(count(rate, 'b', 500)).toBe(3);
    expect(count(rate, 'a', 60_000)).toBe(3);
  });

  it('bounds what all have together, and one who asks too often takes nothing of it', () => {
    const rate = new AnswerRate(RATES);
    expect(count(rate, 'a', 0, 1000)).toBe(3);
    expect(['b', 'c', 'd', 'e'].map((sender) => count(rate, sender, 0))).toEqual([3, 3, 1, 0]);
    expect(count(rate, 'e', 1000)).toBe(3);
  });

  it('remembers a bounded number of senders', () => {
    const rate = new AnswerRate(RATES);
    for (let sender = 0; sender < 25_000; sender += 1) rate.take(`sender ${sender}`, sender);
    expect(rate.senderCount).toBe(10_000);
  });
});

import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { UnsentAnswer } from './unsent-answer.ts';

const PACE = { graceMs: 1000, bytesPerSecond: 65_536 };
const BYTES = Buffer.alloc(300_000, 'abc');

describe('an answer on its way', () => {
  it('comes whole', async () => {
    expect((await buffer(new UnsentAnswer(BYTES))).equals(BYTES)).toBe(true);
  });

  it('is too slow when it does not move, or moves by little each time', () => {
    let nowMs = 0;
    const answer = new UnsentAnswer(BYTES, () => nowMs);
    answer.read(1);
    nowMs = 1000;
    expect(answer.isTooSlow(PACE)).toBe(false);
    nowMs = 1001;
    expect(answer.isTooSlow(PACE)).toBe(true);
    const trickle = new UnsentAnswer(BYTES, () => nowMs);
    const seen: boolean[] = [];
    for (let count = 0; count < 4; count += 1) {
      trickle._read();
      nowMs += 950;
      seen.push(trickle.isTooSlow({ ...PACE, bytesPerSecond: 131_072 }));
    }
    expect(seen).toEqual([false, false, true, true]);
  });
});

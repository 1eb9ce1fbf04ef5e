import { expect, it } from 'vitest';
import { SampleLine } from './sample-line.ts';

it('gives samples in the order in which they came, however they are cut and wherever its memory begins anew', () => {
  const line = new SampleLine();
  line.restart(2);
  const expected = [0, 0];
  const taken: number[] = [];
  let next = 1;
  for (let round = 0; round < 400; round += 1) {
    const piece = Int16Array.from({ length: (round * 37) % 301 }, () => next++ % 30_000);
    line.append(piece);
    expected.push(...piece);
    if (line.length > 90) {
      const out = new Int16Array(40);
      line.copyTo(out, 50);
      const at = taken.length;
      expect([...out]).toEqual(expected.slice(at + 50, at + 90));
      line.takeInto(out);
      taken.push(...out);
    }
    taken.push(...line.take((round * 53) % 280));
    expect(line.length).toBe(expected.length - taken.length);
  }
  taken.push(...line.take(1_000_000));
  expect(taken).toEqual(expected);
  expect(line.take(5)).toHaveLength(0);
});

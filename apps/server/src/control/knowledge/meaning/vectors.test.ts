import { seededRandom } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import { fuseRanks, packVector, VectorIndex } from './vectors.ts';

test('the nearest are found by direction alone, and passages without vectors are not', () => {
  const far = Array.from({ length: 5 }, () => packVector([0, 0, 1]));
  const index = new VectorIndex([
    packVector([1, 0, 0]),
    null,
    packVector([0.7, 0.7, 0]),
    ...far,
    packVector([0, 0.001, 0]),
  ]);
  expect(index.nearest(packVector([0, 5, 0]), 3)).toEqual([8, 2]);
  expect(index.nearest(packVector([0, 5, 0]), 1)).toEqual([8]);
});

test('vectors of another size are compared with nothing', () => {
  const index = new VectorIndex([packVector([1, 0]), packVector([0, 1]), packVector([1, 0, 0])]);
  expect(index.nearest(packVector([1, 0]), 5)).toEqual([0]);
  expect(index.nearest(packVector([1, 0, 0]), 5)).toEqual([]);
  expect(new VectorIndex([null]).nearest(packVector([1]), 5)).toEqual([]);
});

test('a vector without a direction is refused', () => {
  expect(() => packVector([0, 0])).toThrow('no direction');
  expect(() => packVector([Number.NaN, 1])).toThrow('no direction');
});

test('nothing stands out where all are as near, and one that is much nearer does', () => {
  const same = Array.from({ length: 20 }, (_, place) => packVector([1, (place % 3) / 100, 0]));
  expect(new VectorIndex(same).outstanding(packVector([0, 0, 1]), 3)).toEqual([]);
  const index = new VectorIndex([...same, packVector([0, 0.1, 1])]);
  expect(index.outstanding(packVector([0, 0, 1]), 3)).toEqual([20]);
});

/** Vectors that have nothing to do with one another. */
function unrelated(count: number, dimensions: number, seed: number): Buffer[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => packVector(Array.from({ length: dimensions }, () => random() - 0.5)));
}

test('nothing stands out by chance, among few passages or thousands', () => {
  for (const count of [5, 50, 2000]) {
    const index = new VectorIndex(unrelated(count, 256, 1));
    const found = unrelated(20, 256, 2).filter((question) => index.outstanding(question, 3).length > 0);
    expect(found.length).toBeLessThanOrEqual(1);
  }
});

test('several that fit do not hide one another', () => {
  const asked = unrelated(1, 64, 3)[0] as Buffer;
  const index = new VectorIndex([...unrelated(4, 64, 4), asked, ...unrelated(4, 64, 5), asked]);
  expect(index.outstanding(asked, 3)).toEqual([4, 9]);
  expect(new VectorIndex([...unrelated(1, 64, 6), asked]).outstanding(asked, 3)).toEqual([1]);
});

test('what both rankings find comes before what one of them finds, and the best by words is always there', () => {
  const rankings = [
    [1, 2, 3],
    [4, 3],
  ];
  expect(fuseRanks(rankings, 4)).toEqual([3, 1, 4, 2]);
  const middling = Array.from({ length: 10 }, (_unused, place) => 100 + place);
  expect(fuseRanks([[7, ...middling], middling], 5)).toContain(7);
});

import { expect, test } from 'vitest';
import { fuseRanks, packVector, VectorIndex } from './vectors.ts';

test('the nearest are found by direction alone, and passages without vectors are not', () => {
  const index = new VectorIndex([packVector([1, 0]), null, packVector([0.7, 0.7]), packVector([0, 0.001])]);
  expect(index.nearest(packVector([0, 5]), 3)).toEqual([3, 2, 0]);
  expect(index.nearest(packVector([0, 5]), 1)).toEqual([3]);
});

test('vectors of another size are compared with nothing', () => {
  const index = new VectorIndex([packVector([1, 0]), packVector([1, 0, 0])]);
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

test('what both rankings find comes before what one of them finds', () => {
  expect(
    fuseRanks([
      [1, 2, 3],
      [4, 3],
    ]),
  ).toEqual([3, 1, 4, 2]);
});

import { expect, it } from 'vitest';
import { mostShown, orderPictures, SYNC_MODES, type SyncMode } from './picture-order.ts';

function shown(mode: SyncMode, clipCount: number, speechCount: number, meltCount = 0): (number | string)[] {
  const order = orderPictures(mode, { clipCount, speechCount, meltCount });
  return Array.from({ length: order.count }, (_unused, index) => {
    const { from, over } = order.at(index);
    return over === undefined ? from : `${from} over ${over.from}`;
  });
}

it('loop melts the end of the clip into its beginning, and goes back and forth where they do not match', () => {
  expect(shown('loop', 8, 14, 2)).toEqual([
    0,
    1,
    2,
    3,
    4,
    5,
    '0 over 6',
    '1 over 7',
    2,
    3,
    4,
    5,
    '0 over 6',
    '1 over 7',
  ]);
  expect(shown('loop', 4, 9)).toEqual(shown('bounce', 4, 9));
  expect(orderPictures('loop', { clipCount: 9, speechCount: 20, meltCount: 3 }).at(6).over?.share).toBe(0.25);
});

it('bounce shows neither end twice, and a clip of one picture as it is', () => {
  expect(shown('bounce', 4, 9)).toEqual([0, 1, 2, 3, 2, 1, 0, 1, 2]);
  expect(shown('bounce', 1, 3)).toEqual([0, 0, 0]);
});

it('a clip too long to be kept is looped without a match, and bounces over its end: going back stays cheap', () => {
  const lengths = { clipCount: 100, speechCount: 300, meltCount: 0, keptCount: 10 };
  const looped = orderPictures('loop', lengths);
  expect([looped.goesBack, looped.meltCount]).toEqual([false, 8]);
  expect(looped.at(92)).toEqual({ from: 0, over: { from: 92, share: 1 / 9 } });
  const bouncing = orderPictures('bounce', lengths);
  const from = Array.from({ length: 120 }, (_unused, index) => bouncing.at(index).from);
  expect(from.slice(0, 100)).toEqual(from.slice(0, 100).map((_value, index) => index));
  expect(from.slice(98)).toEqual([
    98, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 98, 97,
  ]);
  expect(orderPictures('bounce', { ...lengths, clipCount: 80 }).at(100).from).toBe(58);
});

it('cut_off ends with the shorter of both, silence with the longer', () => {
  expect(shown('cut_off', 3, 5)).toEqual([0, 1, 2]);
  expect(shown('cut_off', 5, 3)).toEqual([0, 1, 2]);
  expect(shown('silence', 3, 5)).toEqual([0, 1, 2, 2, 2]);
  expect(shown('silence', 5, 3)).toEqual([0, 1, 2, 3, 4]);
});

it('remap shows the whole clip once, however long the speech is', () => {
  expect(shown('remap', 3, 6)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(shown('remap', 6, 3)).toEqual([1, 3, 5]);
});

it('a clip that is long enough is shown from its beginning, without its end, and no more of it needs to be looked at', () => {
  const order = orderPictures('loop', { clipCount: 10, speechCount: 8, meltCount: 3 });
  expect(Array.from({ length: order.count }, (_unused, index) => order.at(index))).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((from) => ({ from })),
  );
  for (const mode of SYNC_MODES) {
    const most = mostShown(mode, 8);
    const full = orderPictures(mode, { clipCount: 20, speechCount: 8, meltCount: 3 });
    for (let index = 0; index < full.count; index++) expect(full.at(index).from).toBeLessThan(most);
  }
});

it('knows which films show each picture of the clip once, one after the other', () => {
  const isStraight = (mode: SyncMode, clipCount: number): boolean =>
    orderPictures(mode, { clipCount, speechCount: 10, meltCount: 0 }).isStraight;
  expect(SYNC_MODES.filter((mode) => isStraight(mode, 12))).toEqual(['loop', 'cut_off', 'silence']);
  expect(SYNC_MODES.filter((mode) => isStraight(mode, 8))).toEqual(['cut_off']);
});

import { expect, it } from 'vitest';
import { parseSegments, segmentsFault, segmentsInOrder } from './film-options.ts';

it('stretches are read in seconds, and put in order', () => {
  const segments = parseSegments('5-8, 1.25-3');
  expect(segments).toEqual([
    { startMs: 5000, endMs: 8000 },
    { startMs: 1250, endMs: 3000 },
  ]);
  expect(segmentsFault(segments ?? [], 'segments')).toBeNull();
  expect(segmentsInOrder(segments ?? [])[0]).toEqual({ startMs: 1250, endMs: 3000 });
});

it.each(['', '1', '1-', '-1', '1-2-3', '1-2,', 'a-b', '1e3-2e3', '1:00-2:00', '-1-2', '.5-1'])(
  '%j is no list of stretches',
  (text) => {
    expect(parseSegments(text)).toBeNull();
  },
);

it.each([
  [[], 'is empty'],
  [Array.from({ length: 101 }, (_, i) => [i, i + 0.5]), 'more than 100 stretches'],
  [[[-1, 2]], 'from -1 to 2 s begins before the clip'],
  [[[2, 2]], 'from 2 to 2 s ends before it begins'],
  [[[2, 2.05]], 'from 2 to 2.05 s is shorter than a tenth of a second'],
  [
    [
      [4, 6],
      [1, 4.5],
    ],
    'from 1 to 4.5 s overlaps the one from 4 s',
  ],
] as const)('what is wrong with stretches is told by name: %j', (stretches, sentence) => {
  const segments = stretches.map(([start, end]) => ({ startMs: 1000 * Number(start), endMs: 1000 * Number(end) }));
  expect(segmentsFault(segments, 'cuts')).toMatch(/^cuts/);
  expect(segmentsFault(segments, 'cuts')).toContain(sentence);
});

it('stretches may touch', () => {
  expect(segmentsFault(parseSegments('1-2,2-3') ?? [], 'segments')).toBeNull();
});

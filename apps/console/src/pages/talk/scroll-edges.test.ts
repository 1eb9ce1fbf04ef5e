import { expect, it } from 'vitest';
import { edgesOf } from './scroll-edges.ts';

const box = { scrollLeft: 0, scrollTop: 0, scrollWidth: 300, clientWidth: 300, scrollHeight: 260, clientHeight: 260 };

it.each([
  ['that shows everything', {}, { axis: 'y', before: false, after: false }],
  ['at its top', { scrollHeight: 900 }, { axis: 'y', before: false, after: true }],
  ['in its middle', { scrollHeight: 900, scrollTop: 200 }, { axis: 'y', before: true, after: true }],
  [
    'at its end, as far as zoom tells',
    { scrollHeight: 900, scrollTop: 638.7 },
    { axis: 'y', before: true, after: false },
  ],
  ['that is a row', { scrollWidth: 900 }, { axis: 'x', before: false, after: true }],
  ['that is a row at its end', { scrollWidth: 900, scrollLeft: 600 }, { axis: 'x', before: true, after: false }],
  [
    'that is a row from right to left',
    { scrollWidth: 900, scrollLeft: -600 },
    { axis: 'x', before: true, after: false },
  ],
] as const)('a box %s', (_name, part, edges) => {
  expect(edgesOf({ ...box, ...part })).toEqual(edges);
});

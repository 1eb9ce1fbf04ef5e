import { createPicture, type Picture, seededRandom } from '@visavis/media/core';
import { expect, it } from 'vitest';
import { toBt601 } from './film-colours.ts';

const SIDE = 64;

/** Any colours that screens show, in BT.709, and what they are in BT.601, by way of red, green and blue. */
function colours(): { given: Picture; wanted: Float64Array } {
  const random = seededRandom('colours');
  const [given, wanted] = [createPicture(SIDE, SIDE), new Float64Array(1.5 * SIDE * SIDE)];
  for (let block = 0; block < (SIDE * SIDE) / 4; block++) {
    const [u, v] = [SIDE * SIDE + block, 1.25 * SIDE * SIDE + block];
    const [blue, red] = [80 + 96 * random(), 80 + 96 * random()].map(Math.round) as [number, number];
    [given.data[u], given.data[v]] = [blue, red];
    const row = 2 * Math.floor(block / (SIDE / 2));
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const at = (row + y) * SIDE + 2 * (block % (SIDE / 2)) + x;
      const luma = Math.round(90 + 60 * random());
      given.data[at] = luma;
      const [r, b] = [(red - 128) / 224, (blue - 128) / 224];
      const light = (luma - 16) / 219;
      const rgb = [light + 1.5748 * r, light - 0.187324 * b - 0.468124 * r, light + 1.8556 * b] as const;
      const shown = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      wanted[at] = 16 + 219 * shown;
      wanted[u] = 128 + (224 * (rgb[2] - shown)) / 1.772;
      wanted[v] = 128 + (224 * (rgb[0] - shown)) / 1.402;
    }
  }
  return { given, wanted };
}

it('colours of high definition become those of films, none of them more than a rounding off, and none darker on average', () => {
  const { given, wanted } = colours();
  toBt601(given);
  const misses = Array.from(given.data, (value, i) => value - (wanted[i] ?? 0));
  expect(Math.max(...misses.map(Math.abs))).toBeLessThan(0.51);
  expect(Math.abs(misses.reduce((sum, miss) => sum + miss, 0) / misses.length)).toBeLessThan(0.02);
});

it('greys stay as they are, and colours that no screen shows end at its bounds', () => {
  const grey = createPicture(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) grey.data[i] = i % 256;
  grey.data.fill(128, SIDE * SIDE);
  const before = grey.data.slice();
  toBt601(grey);
  expect(grey.data).toEqual(before);
  const beyond = createPicture(SIDE, SIDE);
  beyond.data.fill(255);
  toBt601(beyond);
  expect([beyond.data[0], beyond.data[SIDE * SIDE]]).toEqual([255, 240]);
});

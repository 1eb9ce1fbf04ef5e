import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait } from '../landmarks/find-portrait.ts';
import { measureMouth } from '../landmarks/mouth-frame.ts';
import { decodePhoto } from '../photo/decode-photo.ts';
import type { Rgb } from '../pixels/pixels.ts';
import { avatarPhoto, open, SHIPPED_AVATARS } from '../testing/photos.ts';
import { measureLook, type PhotoLook } from './photo-look.ts';

type Matrix = [[number, number, number], [number, number, number], [number, number, number]];

const GREY: Matrix = [
  [0.299, 0.587, 0.114],
  [0.299, 0.587, 0.114],
  [0.299, 0.587, 0.114],
];
const SEPIA: Matrix = [
  [0.354, 0.692, 0.17],
  [0.314, 0.617, 0.151],
  [0.245, 0.481, 0.118],
];
const BLUE_PRINT: Matrix = [
  [0.13, 0.25, 0.05],
  [0.19, 0.37, 0.07],
  [0.3, 0.58, 0.12],
];
const BLUE_LIGHT: Matrix = [
  [0.55, 0, 0],
  [0, 0.75, 0],
  [0, 0, 1.2],
];
const DAYLIGHT: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

let finder: FaceFinder;
beforeAll(async () => {
  finder = await FaceFinder.open();
});
afterAll(() => finder.close());

async function lookOf(id: (typeof SHIPPED_AVATARS)[number], colours: Matrix): Promise<PhotoLook> {
  const photo = await open(await avatarPhoto(id))
    .recomb(colours)
    .jpeg({ quality: 92 })
    .toBuffer();
  const { image, points, enlargement } = await findPortrait(finder, await decodePhoto(photo));
  return measureLook(image, points, measureMouth(image, points), enlargement);
}

function expectTint(colour: Rgb, tint: Rgb): void {
  const luma = (c: Rgb): number => 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
  for (const c of [0, 1, 2] as const) {
    expect(Math.abs(colour[c] - (tint[c] * luma(colour)) / luma(tint))).toBeLessThan(4 + 0.03 * luma(colour));
  }
}

describe.each(SHIPPED_AVATARS)('the inside of the mouth of %s', (id) => {
  it.each([
    ['grey', GREY],
    ['sepia', SEPIA],
    ['blue print', BLUE_PRINT],
  ] as const)('has the one colour of a photo in %s', async (_name, matrix) => {
    const { cavity, tongue, teeth, black } = await lookOf(id, matrix);
    const sum = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0);
    for (const colour of [cavity, tongue, teeth, black]) {
      expectTint(colour, [sum(matrix[0]), sum(matrix[1]), sum(matrix[2])]);
    }
  });

  it('is dark red in daylight, and in blue light as much bluer as the lips are', async () => {
    const day = await lookOf(id, DAYLIGHT);
    const [red, green, blue] = day.cavity;
    expect(red).toBeGreaterThan(1.4 * green);
    expect(red).toBeGreaterThan(1.4 * blue);
    const lit = await lookOf(id, BLUE_LIGHT);
    expect(lit.cavity[2] / lit.cavity[0]).toBeGreaterThan(1.2 * (blue / red));
  });
});

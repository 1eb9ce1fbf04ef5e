import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Articulation, createPicture, MOUTH_AT_REST } from '@visavis/media/core';
import { openFace } from '@visavis/media/frames';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait, PORTRAIT_SIDE } from '../landmarks/find-portrait.ts';
import { EYE, LIPS, meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { measureMouth } from '../landmarks/mouth-frame.ts';
import { type RgbImage, rgbOf, withAlpha } from '../pixels/pixels.ts';
import { drawMouth } from './draw-mouth.ts';
import { createMouthShaper } from './mouth-shape.ts';
import { measureLook } from './photo-look.ts';

const AVATARS = join(import.meta.dirname, '../../../../avatars');
const SIDE = PORTRAIT_SIDE;
const PHOTO_SIDE = 384;
let folder: string;
let finder: FaceFinder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'close-mouth-'));
  finder = await FaceFinder.open();
});
afterAll(async () => {
  finder.close();
  await rm(folder, { recursive: true, force: true });
});

/** A photo of a shipped avatar in the middle of speech. */
async function speaking(id: string, articulation: Partial<Articulation>): Promise<RgbImage> {
  const face = await openFace(join(AVATARS, id), { widthPx: PHOTO_SIDE, heightPx: PHOTO_SIDE, cachePath: folder });
  const picture = createPicture(PHOTO_SIDE, PHOTO_SIDE);
  face
    .createPerformer()
    .render(0, { articulation: { ...MOUTH_AT_REST, ...articulation }, smile: 0, brows: 0 }, picture);
  face.close();
  return { width: PHOTO_SIDE, height: PHOTO_SIDE, data: rgbOf(picture) };
}

/** The photo with its mouth redrawn at rest. */
async function closed(photo: RgbImage): Promise<{ wasOpen: boolean; image: RgbImage }> {
  const { image, points, enlargement } = await findPortrait(finder, photo);
  const frame = measureMouth(image, points);
  const [chin, jawLeft, jawRight] = [POINT.chin, POINT.jawLeft, POINT.jawRight].map((point) =>
    meshPoint(points, point),
  );
  const fixed = { chin: chin!, jawLeft: jawLeft!, jawRight: jawRight! };
  const source = {
    person: withAlpha(image),
    frame,
    look: measureLook(image, points, frame, enlargement),
    shaper: createMouthShaper(frame, fixed, SIDE),
  };
  const drawn = drawMouth(source, {}, { x: 0, y: 0, width: SIDE, height: SIDE }).image;
  const rgb = Uint8Array.from(
    { length: SIDE * SIDE * 3 },
    (_unused, i) => drawn.data[Math.floor(i / 3) * 4 + (i % 3)]!,
  );
  return { wasOpen: frame.isOpen, image: { width: SIDE, height: SIDE, data: rgb } };
}

it.each([
  ['iris', { jaw: 0.3, wide: 0.7 }],
  ['rafael', { jaw: 0.12 }],
  ['yuna', { sibilant: 1, wide: 0.5 }],
] as const)('an open mouth in the photo of %s is closed for the resting picture', async (id, articulation) => {
  const { wasOpen, image } = await closed(await speaking(id, articulation));
  expect(wasOpen).toBe(true);
  const { points } = await findPortrait(finder, image);
  expect(opening(points)).toBeLessThan(0.06);
});

function opening(points: Float32Array): number {
  const [upper, lower] = LIPS.facing[0];
  const [, top] = meshPoint(points, upper);
  const [, bottom] = meshPoint(points, lower);
  const [left] = meshPoint(points, EYE.left.outer);
  const [right] = meshPoint(points, EYE.right.outer);
  return (bottom - top) / (right - left);
}

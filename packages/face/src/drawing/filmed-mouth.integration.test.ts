import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Articulation, createPicture, MOUTH_AT_REST, type Picture } from '@visavis/media/core';
import { type Face, openFace } from '@visavis/media/frames';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FilmWriter } from '../film/film-writer.ts';
import { makeBundleFromClip } from '../index.ts';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait } from '../landmarks/find-portrait.ts';
import { measureMouth } from '../landmarks/mouth-frame.ts';
import { curveAt, toPicture } from '../landmarks/mouth-place.ts';
import { rgbOf } from '../pixels/pixels.ts';

const AVATARS = join(import.meta.dirname, '../../../../avatars');
const SIDE = 768;
const FRAMES = 70;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filmed-mouth-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(bundle: string): Promise<Face> {
  return openFace(bundle, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
}

function speak(face: Face, index: number, articulation: Partial<Articulation>): Picture {
  const picture = createPicture(SIDE, SIDE);
  const pose = { articulation: { ...MOUTH_AT_REST, ...articulation }, smile: 0, brows: 0 };
  face.createPerformer().render(index, pose, picture);
  return picture;
}

/** The person says "a" slowly, three times. */
async function filmOf(face: Face, path: string): Promise<void> {
  const writer = await FilmWriter.open({ path, widthPx: SIDE, heightPx: SIDE, rate: { quantiser: 16 } });
  for (let index = 0; index < FRAMES; index++) {
    const jaw = Math.max(0, Math.sin((index * 3 * 2 * Math.PI) / FRAMES)) * 0.9;
    await writer.addPicture(speak(face, index, { jaw }));
  }
  await writer.finish();
}

/** Mean red, green and blue between the lips. */
async function insideOf(finder: FaceFinder, picture: Picture): Promise<number[]> {
  const image = { width: SIDE, height: SIDE, data: rgbOf(picture) };
  const portrait = await findPortrait(finder, image, { keepLean: true });
  const frame = measureMouth(portrait.image, portrait.points);
  const sum = [0, 0, 0];
  let count = 0;
  for (let share = -0.5; share <= 0.5; share += 0.05) {
    const [top, bottom] = [curveAt(frame.innerUpper, share), curveAt(frame.innerLower, share)];
    for (let part = 0.35; part <= 0.85; part += 0.05) {
      const [x, y] = toPicture(frame, share * frame.halfWidth, top + (bottom - top) * part);
      const at = (Math.floor(y) * portrait.image.width + Math.floor(x)) * 3;
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (portrait.image.data[at + c] ?? 0);
      count++;
    }
  }
  return sum.map((value) => value / count);
}

function colourDistance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, c) => value - (b[c] ?? 0)));
}

it('a clip in which the person talks gives the avatar the inside of the person’s own mouth', async () => {
  const person = await open(join(AVATARS, 'rafael'));
  const clip = join(folder, 'talking.mp4');
  await filmOf(person, clip);
  const bundle = join(folder, 'talking');
  const manifest = await makeBundleFromClip(clip, bundle, { id: 'talking', displayName: 'Rafael' });
  expect(manifest.description).toMatch(/the mouth as filmed/);
  const avatar = await open(bundle);
  const finder = await FaceFinder.open();
  try {
    const own = await insideOf(finder, speak(person, 0, { jaw: 0.9 }));
    const shown = await insideOf(finder, speak(avatar, 0, { jaw: 0.9 }));
    // About 19; a drawn mouth of this person is 36 off, darker and less red.
    expect(colourDistance(own, shown)).toBeLessThan(25);
  } finally {
    finder.close();
    avatar.close();
    person.close();
  }
}, 120_000);

it('finds the lips under a moustache, which draws the face mesh up', async () => {
  const bundle = join(AVATARS, 'marcus');
  const face = await open(bundle);
  const finder = await FaceFinder.open();
  try {
    const { inner } = face.manifest.landmarks.rest;
    const seamY = (inner.reduce((sum, [, y]) => sum + y, 0) / inner.length) * (SIDE / face.manifest.sourceSizePx);
    for (const index of [0, 102, 200]) {
      const picture = speak(face, index, { wide: 1, closure: 0.6 });
      const portrait = await findPortrait(
        finder,
        { width: SIDE, height: SIDE, data: rgbOf(picture) },
        { keepLean: true },
      );
      const frame = measureMouth(portrait.image, portrait.points);
      const [, y] = toPicture(frame, 0, curveAt(frame.seam, 0));
      const inPicture = portrait.region.centerY + (y / portrait.image.height - 0.5) * portrait.region.size;
      expect(Math.abs(inPicture - seamY)).toBeLessThan(0.008 * SIDE);
    }
  } finally {
    finder.close();
    face.close();
  }
}, 60_000);

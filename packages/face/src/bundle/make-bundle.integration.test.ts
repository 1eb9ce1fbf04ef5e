import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type Articulation, createPicture, MOUTH_AT_REST } from '@visavis/media/core';
import { composeOver, type Face, openFace, type RgbaImage } from '@visavis/media/frames';
import { leastHeld } from '@visavis/media/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBundleFromPhoto } from '../index.ts';
import { FaceFinder, regionOfFace } from '../landmarks/face-finder.ts';
import { regionOfMesh } from '../landmarks/face-mesh.ts';
import { findPortrait } from '../landmarks/find-portrait.ts';
import { lipGap } from '../landmarks/mesh-points.ts';
import { decodePhoto } from '../photo/decode-photo.ts';
import { rgbOf } from '../pixels/pixels.ts';
import { avatarPhoto, jpegOf } from '../testing/photos.ts';

const SIDE = 512;
let folder: string;
let photo: Buffer;
let face: Face;
const progress: number[] = [];
const tensors: number[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-'));
  photo = await jpegOf(await avatarPhoto('yuna'));
  const bundle = join(folder, 'made');
  await makeBundleFromPhoto(photo, bundle, {
    id: 'made',
    displayName: 'Made',
    onProgress: (share) => progress.push(share),
  });
  tensors.push(tf.memory().numTensors);
  face = await openFace(bundle, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
}, 180_000);

afterAll(async () => {
  face?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Height of the mouth's opening in distances between the outer corners of the eyes, as the face mesh sees it. */
async function aperture(finder: FaceFinder, articulation: Partial<Articulation>): Promise<number> {
  const picture = createPicture(SIDE, SIDE);
  face
    .createPerformer()
    .render(0, { articulation: { ...MOUTH_AT_REST, ...articulation }, smile: 0, brows: 0 }, picture);
  const image = { width: SIDE, height: SIDE, data: rgbOf(picture) };
  const [found] = await finder.detect(image);
  if (found === undefined) throw new Error('The rendered face was not found.');
  const { points } = await finder.mesh(image, regionOfMesh((await finder.mesh(image, regionOfFace(found))).points));
  return lipGap(points);
}

it('a photo becomes a bundle whose mouth is closed at rest and opens with the jaw', async () => {
  const finder = await FaceFinder.open();
  try {
    const rest = await aperture(finder, {});
    const half = await aperture(finder, { jaw: 0.5 });
    const open = await aperture(finder, { jaw: 1 });
    const pressed = await aperture(finder, { jaw: 0.6, closure: 1 });
    expect(rest).toBeLessThan(0.06);
    expect(pressed).toBeLessThan(0.06);
    expect(half).toBeGreaterThan(rest + 0.08);
    expect(open).toBeGreaterThan(half + 0.08);
  } finally {
    finder.close();
  }
});

it('person and background together are the photo', async () => {
  const finder = await FaceFinder.open();
  const portrait = await findPortrait(finder, await decodePhoto(photo));
  finder.close();
  const { box } = face.manifest.mouth;
  const layers = await Promise.all(['person.webp', 'background.webp'].map(rgbaOf));
  const together = composeOver(layers[0]!, layers[1]!);
  let sum = 0;
  let count = 0;
  for (let y = 0; y < together.height; y++) {
    for (let x = 0; x < together.width; x++) {
      if (x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height) continue;
      const at = y * together.width + x;
      for (let c = 0; c < 3; c++) sum += Math.abs(together.data[at * 4 + c]! - portrait.image.data[at * 3 + c]!);
      count += 3;
    }
  }
  expect(sum / count).toBeLessThan(1.5);
});

async function rgbaOf(file: string): Promise<RgbaImage> {
  const { data, info } = await sharp(join(folder, 'made', file))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

it('crops equal the resting picture at their borders', async () => {
  const { mouth, eyes, expressions } = face.manifest;
  const whole = await rgbaOf('person.webp');
  const crops = [
    ...mouth.images.map(({ file }) => ({ file, box: mouth.box })),
    ...eyes.stages.map(({ file }) => ({ file, box: eyes.box })),
    expressions.smile,
  ];
  expect(mouth.images).toHaveLength(31);
  for (const { file, box } of crops) {
    const crop = await rgbaOf(file);
    let worst = 0;
    for (let x = 0; x < box.width; x++) {
      for (const y of [0, box.height - 1]) {
        const from = ((box.y + y) * whole.width + box.x + x) * 4;
        const at = (y * box.width + x) * 4;
        for (let c = 0; c < 4; c++) worst = Math.max(worst, Math.abs(crop.data[at + c]! - whole.data[from + c]!));
      }
    }
    expect.soft(worst, file).toBe(0);
  }
});

it('progress grows from 0 to 1', () => {
  expect(progress[0]).toBe(0);
  expect(progress.at(-1)).toBe(1);
  expect(progress.toSorted((a, b) => a - b)).toEqual(progress);
});

it('a cancelled or refused photo leaves nothing behind', async () => {
  const controller = new AbortController();
  const out = join(folder, 'cancelled');
  const made = makeBundleFromPhoto(photo, out, {
    id: 'cancelled',
    displayName: 'Cancelled',
    signal: controller.signal,
    onProgress: (share) => {
      if (share > 0.4) controller.abort(new Error('enough'));
    },
  });
  await expect(made).rejects.toThrow('enough');
  const refused = makeBundleFromPhoto(Buffer.from('no picture'), out, { id: 'cancelled', displayName: 'x' });
  await expect(refused).rejects.toMatchObject({ reason: 'not-an-image' });
  expect(existsSync(out)).toBe(false);
  expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
}, 120_000);

it('five bundles in a row leave no tensors, no memory and no files behind', async () => {
  const held: number[] = [];
  const resident: number[] = [];
  const out = join(folder, 'again');
  // The one that all tests look at is the first.
  for (let round = 1; round < 5; round++) {
    await makeBundleFromPhoto(photo, out, { id: 'again', displayName: 'Again' });
    tensors.push(tf.memory().numTensors);
    held.push(await leastHeld(() => process.memoryUsage().heapUsed + process.memoryUsage().external));
    resident.push(process.memoryUsage().rss);
  }
  expect(new Set(tensors).size).toBe(1);
  // One bundle holds about 60 MB of pictures while it is drawn: keeping any of them would show. What the allocators of
  // native code keep for later varies more.
  expect(held.at(-1)! - held[0]!).toBeLessThan(30_000_000);
  expect(resident.at(-1)! - resident[0]!).toBeLessThan(300_000_000);
  expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
}, 300_000);

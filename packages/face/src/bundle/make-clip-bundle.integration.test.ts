import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Articulation, createPicture, MOUTH_AT_REST, type Picture } from '@visavis/media/core';
import { type Face, openFace } from '@visavis/media/frames';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundle } from '../index.ts';
import { FaceFinder, regionOfFace } from '../landmarks/face-finder.ts';
import { regionOfMesh } from '../landmarks/face-mesh.ts';
import { lipGap } from '../landmarks/mesh-points.ts';
import { rgbOf } from '../pixels/pixels.ts';
import { pictureOf, still, writeClip } from '../testing/clips.ts';
import { avatarPhoto } from '../testing/photos.ts';

const AVATARS = join(import.meta.dirname, '../../../../avatars');
const CLIPS = join(import.meta.dirname, '../../../../../shared/test-media/portraits');
const NAMES = ['woman-red-dress', 'man-light-room', 'woman-arms-crossed'] as const;
const hasClips = existsSync(CLIPS);
const SIDE = 512;
let folder: string;
let finder: FaceFinder;

beforeAll(async () => {
  if (!hasClips) console.warn(`NOT TESTED: avatars from real clips. Their folder is missing: ${CLIPS}`);
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
  finder = await FaceFinder.open();
});
afterAll(async () => {
  finder.close();
  await rm(folder, { recursive: true, force: true });
});

/** Height of the mouth's opening in distances between the outer corners of the eyes, as the face mesh sees it. */
async function apertureOf(picture: Picture): Promise<number> {
  const image = { width: SIDE, height: SIDE, data: rgbOf(picture) };
  const [found] = await finder.detect(image);
  if (found === undefined) throw new Error('The rendered face was not found.');
  const { points } = await finder.mesh(image, regionOfMesh((await finder.mesh(image, regionOfFace(found))).points));
  return lipGap(points);
}

function speak(face: Face, index: number, articulation: Partial<Articulation>): Picture {
  const picture = createPicture(SIDE, SIDE);
  const pose = { articulation: { ...MOUTH_AT_REST, ...articulation }, smile: 0, brows: 0 };
  face.createPerformer().render(index, pose, picture);
  return picture;
}

function idle(face: Face, index: number): Picture {
  const picture = createPicture(SIDE, SIDE);
  face.renderIdle(index, picture);
  return picture;
}

function lumaDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < SIDE * SIDE; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / (SIDE * SIDE);
}

/** Makes an avatar and checks that it idles as in the clip and speaks; returns the seconds of processor time of the making. */
async function expectAvatar(clip: string, id: string): Promise<number> {
  const bundle = join(folder, id);
  const shares: number[] = [];
  const before = process.cpuUsage();
  await createBundle(clip, bundle, { id, displayName: id, onProgress: (share) => shares.push(share) });
  const used = process.cpuUsage(before);
  expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
  expect(shares.at(-1)).toBe(1);
  const face = await openFace(bundle, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
  try {
    const count = face.loopFrameCount;
    const steps: number[] = [];
    for (let i = 0; i < count; i++) steps.push(lumaDifference(idle(face, i), idle(face, i + 1)));
    // The end meets the start: no jump larger than those inside the loop.
    expect(steps.at(-1)!).toBeLessThan(1.3 * Math.max(...steps.slice(0, -1)));
    const pictures = face.manifest.loop!.heads.length;
    for (let k = 0; k < 4; k++) {
      const index = Math.floor((k * pictures) / 4);
      expect(speak(face, index, {}).data).toEqual(idle(face, index).data);
      const rest = await apertureOf(idle(face, index));
      expect(rest).toBeLessThan(0.07);
      expect(await apertureOf(speak(face, index, { jaw: 0.8 }))).toBeGreaterThan(rest + 0.06);
      expect(await apertureOf(speak(face, index, { jaw: 0.5, closure: 1 }))).toBeLessThan(0.07);
    }
  } finally {
    face.close();
  }
  return (used.user + used.system) / 1e6;
}

describe.runIf(hasClips)('real clips', () => {
  it.each(NAMES)(
    '%s becomes an avatar that idles as in the clip and speaks',
    async (name) => {
      const seconds = await expectAvatar(join(CLIPS, `${name}.mp4`), name);
      console.log(`${name}: bundle in ${seconds.toFixed(1)} s of processor time`);
    },
    300_000,
  );
});

it('a WebM clip of twenty seconds becomes an avatar within three times its length and twenty seconds', async () => {
  const drawn = await openFace(join(AVATARS, 'yuna'), {
    widthPx: SIDE,
    heightPx: SIDE,
    cachePath: join(folder, 'drawn'),
  });
  const seconds = 20;
  function* life(): Generator<readonly [number, Picture]> {
    for (let index = 0; index < seconds * 25; index++) yield [index / 25, idle(drawn, index)];
  }
  const path = join(folder, 'life.webm');
  await writeClip(path, { format: 'webm' }, life());
  drawn.close();
  const used = await expectAvatar(path, 'life');
  console.log(`a clip of ${seconds} s: bundle in ${used.toFixed(1)} s of processor time`);
  expect(used).toBeLessThan(3 * seconds + 20);
}, 300_000);

it('drawn lips follow the light of the clip', async () => {
  const drawn = await openFace(join(AVATARS, 'yuna'), {
    widthPx: SIDE,
    heightPx: SIDE,
    cachePath: join(folder, 'drawn'),
  });
  /** A third darker in the middle of every two seconds than at their ends. */
  function* cloudy(): Generator<readonly [number, Picture]> {
    for (let index = 0; index < 100; index++) {
      const picture = idle(drawn, index);
      const light = 0.83 + 0.17 * Math.cos((2 * Math.PI * index) / 50);
      for (let i = 0; i < SIDE * SIDE; i++) picture.data[i] = 16 + (picture.data[i]! - 16) * light;
      yield [index / 25, picture];
    }
  }
  const clip = join(folder, 'cloudy.mp4');
  await writeClip(clip, { format: 'mp4' }, cloudy());
  drawn.close();
  const bundle = join(folder, 'cloudy');
  await createBundle(clip, bundle, { id: 'cloudy', displayName: 'Cloudy' });
  const face = await openFace(bundle, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
  try {
    const { mouth, sourceSizePx } = face.manifest;
    const lumaOfLowerFace = (picture: Picture): number => {
      const [x, y, width, height] = [mouth.box.x, mouth.box.y, mouth.box.width, mouth.box.height].map((value) =>
        Math.round((value * SIDE) / sourceSizePx),
      ) as [number, number, number, number];
      let sum = 0;
      for (let row = y; row < y + height; row++)
        for (let column = x; column < x + width; column++) sum += picture.data[row * SIDE + column]! - 16;
      return sum / (width * height);
    };
    const idles = Array.from({ length: face.loopFrameCount }, (_, index) => lumaOfLowerFace(idle(face, index)));
    const darkest = idles.indexOf(Math.min(...idles));
    const lightest = idles.indexOf(Math.max(...idles));
    expect(idles[darkest]! / idles[lightest]!).toBeLessThan(0.8);
    // Speech changes the light of the lower face as little in the shade as in the sun.
    const change = (index: number): number => lumaOfLowerFace(speak(face, index, { jaw: 0.3 })) / idles[index]!;
    expect(Math.abs(change(darkest) / change(lightest) - 1)).toBeLessThan(0.03);
  } finally {
    face.close();
  }
}, 120_000);

it('a cancelled clip leaves nothing behind, whatever step it was in', async () => {
  const path = join(folder, 'to-cancel.mp4');
  await writeClip(path, { format: 'mp4' }, still(pictureOf(await avatarPhoto('iris'), SIDE), 2));
  for (const stopAt of [0.2, 0.6]) {
    const controller = new AbortController();
    const made = createBundle(path, join(folder, 'cancelled'), {
      id: 'cancelled',
      displayName: 'Cancelled',
      signal: controller.signal,
      onProgress: (share) => {
        if (share > stopAt) controller.abort(new Error('enough'));
      },
    });
    await expect(made).rejects.toThrow('enough');
    expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  }
}, 120_000);

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Articulation, MOUTH_AT_REST } from '../core/articulation.ts';
import { HEAD_STILL, type HeadMotion } from '../core/head-motion.ts';
import { createPicture, type Picture, pictureByteLength } from '../core/picture.ts';
import { leastHeld } from '../core/testing/least-held.ts';
import { type Face, type FacePose, openFace } from './face.ts';
import { replaceFile, writeSyntheticBundle } from './testing/synthetic-bundle.ts';
import { coverView } from './view.ts';

const AVATARS = join(import.meta.dirname, '../../../../avatars');
let folder: string;
let bundle: string;
let cachePath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-face-'));
  bundle = join(folder, 'circle');
  cachePath = join(folder, 'cache');
  await writeSyntheticBundle(bundle);
});
afterAll(() => rm(folder, { recursive: true }));

function pose(articulation: Partial<Articulation> = {}, smile = 0, brows = 0, nod = 0): FacePose {
  return { articulation: { ...MOUTH_AT_REST, ...articulation }, smile, brows, nod };
}

function render(face: Face, index: number, wanted: FacePose, frames = 1): Picture {
  const out = createPicture(face.widthPx, face.heightPx);
  const performer = face.createPerformer();
  for (let i = 0; i < frames; i++) performer.render(index, wanted, out);
  return out;
}

function idle(face: Face, index: number): Picture {
  const out = createPicture(face.widthPx, face.heightPx);
  face.renderIdle(index, out);
  return out;
}

/** Sum of absolute differences. */
function distance(a: Picture, b: Picture): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0);
}

/** Pixels of the opened mouth: much darker than the skin, between the corners of the mouth. */
function darkPixels(face: Face, picture: Picture, threshold: number): number {
  const view = coverView(face.manifest, face.widthPx, face.heightPx);
  const { x, y, width, height } = face.manifest.mouth.box;
  const lips = face.manifest.landmarks.rest.outer;
  const left = Math.min(...lips.map((point) => point[0]));
  const right = Math.max(...lips.map((point) => point[0]));
  const top = Math.min(...lips.map((point) => point[1]));
  let count = 0;
  for (let row = Math.max(y, top - 4); row < Math.min(y + height, top + 0.7 * (right - left)); row += 1 / view.scale) {
    for (let column = Math.max(x, left); column < Math.min(x + width, right); column += 1 / view.scale) {
      const at =
        Math.floor(row * view.scale + view.offsetY) * face.widthPx + Math.floor(column * view.scale + view.offsetX);
      if ((picture.data[at] ?? 255) < threshold) count++;
    }
  }
  return count;
}

describe('the shipped avatars', () => {
  it.each(['iris', 'marcus', 'yuna', 'rafael'])('%s opens, rests, opens and closes its mouth', async (id) => {
    const face = await openFace(join(AVATARS, id), { widthPx: 192, heightPx: 192, cachePath });
    try {
      expect(face.manifest.id).toBe(id);
      expect(face.loopFrameCount / 25).toBeGreaterThanOrEqual(8);
      const still = idle(face, 0);
      expect(render(face, 0, pose()).data).toEqual(still.data);
      const change = (wanted: FacePose): number => distance(still, render(face, 0, wanted));
      const openings = [0, 0.25, 0.5, 0.75, 1].map((jaw) => change(pose({ jaw })));
      for (let i = 1; i < openings.length; i++) expect(openings[i]!).toBeGreaterThan(openings[i - 1]!);
      expect(change(pose({ jaw: 0.6, closure: 1 }))).toBeLessThan(openings[1]!);
      for (const articulation of [{ sibilant: 1 }, { tongue: 1, jaw: 0.4 }, { labiodental: 1 }, { round: 1 }]) {
        expect(render(face, 0, pose(articulation)).data).not.toEqual(still.data);
      }
    } finally {
      face.close();
    }
  });

  it('are listed with every alias once', async () => {
    const index = JSON.parse(await readFile(join(AVATARS, 'index.json'), 'utf8')) as {
      avatars: { id: string; bundle: string; aliases: string[] }[];
    };
    const folders = (await readdir(AVATARS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(index.avatars.map((avatar) => avatar.bundle).sort()).toEqual(folders.map((entry) => entry.name).sort());
    const aliases = index.avatars.flatMap((avatar) => avatar.aliases);
    expect(new Set(aliases).size).toBe(aliases.length);
    const plain = ['man2', 'man3', 'man4', 'girl2', 'girl3', 'girl4', 'girl5', 'girl6', 'girl7', 'girl8'];
    expect(aliases).toEqual(expect.arrayContaining([...plain, 'navtalk.Leo', 'navtalk.Valentina']));
  });
});

describe('a face', () => {
  it('renders the same pictures from the same bundle', async () => {
    const faces = [
      await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath: join(folder, 'one') }),
      await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath: join(folder, 'two') }),
    ] as const;
    for (const index of [0, 40, 249]) {
      const wanted = pose({ jaw: 0.6, round: 0.3, closure: 0.2 }, 0.7, -0.4);
      expect(render(faces[0], index, wanted, 5).data).toEqual(render(faces[1], index, wanted, 5).data);
      expect(idle(faces[0], index).data).toEqual(idle(faces[1], index).data);
    }
    for (const face of faces) face.close();
  });

  it('is its idle self with everything at rest, and again after a smile and a nod', async () => {
    const face = await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath });
    for (const index of [0, 17, 2999, 3000, 6003, -1]) {
      expect(render(face, index, pose()).data).toEqual(idle(face, ((index % 3000) + 3000) % 3000).data);
    }
    const performer = face.createPerformer();
    const out = createPicture(128, 128);
    for (let i = 0; i < 20; i++) performer.render(i, pose({ jaw: 0.5 }, 1, 1, 1), out);
    expect(performer.isAtRest).toBe(false);
    for (let i = 20; i < 40; i++) performer.render(i, pose(), out);
    expect(performer.isAtRest).toBe(true);
    expect(out.data).toEqual(idle(face, 39).data);
    face.close();
  });

  it('moves, blinks, is back in its place after a piece of its life, and lives on otherwise', async () => {
    const face = await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath });
    const frames = Array.from({ length: 250 }, (_, i) => idle(face, i));
    const steps = frames.map((frame, i) => distance(frame, frames[(i + 1) % 250]!));
    const atJoint = steps[249]!;
    expect(Math.max(...steps)).toBeGreaterThan(0);
    expect(atJoint).toBeLessThanOrEqual(Math.max(...steps));
    expect(distance(frames[0]!, frames[125]!)).toBeGreaterThan(atJoint);
    expect([face.pieceFrameCount, face.loopFrameCount]).toEqual([250, 3000]);
    expect(distance(frames[0]!, idle(face, 250))).toBeLessThan(distance(frames[0]!, frames[125]!) / 4);
    for (const later of [250, 500, 2750]) {
      const [one, other] = [frames[125]!, idle(face, later + 125)];
      expect(distance(one, other)).toBeGreaterThan(Math.max(...steps));
    }
    face.close();
  });

  it('opens wider with the jaw, without a step back', async () => {
    const face = await openFace(bundle, { widthPx: 256, heightPx: 256, cachePath });
    let before = -1;
    for (let i = 0; i <= 20; i++) {
      const dark = darkPixels(face, render(face, 0, pose({ jaw: i / 20 })), 60);
      expect(dark).toBeGreaterThanOrEqual(before - 2);
      before = dark;
    }
    expect(before).toBeGreaterThan(200);
    expect(darkPixels(face, render(face, 0, pose({ jaw: 1, closure: 1 })), 60)).toBeLessThanOrEqual(
      darkPixels(face, idle(face, 0), 60) + 8,
    );
    face.close();
  });

  it('lowers the face in a nod, the more the deeper, and leaves the edges of the picture alone', async () => {
    const face = await openFace(join(AVATARS, 'iris'), { widthPx: 192, heightPx: 192, cachePath });
    const still = idle(face, 0);
    const chin = face.manifest.landmarks.chin;
    const view = coverView(face.manifest, 192, 192);
    const column = Math.round(chin[0] * view.scale + view.offsetX);
    const rows = (picture: Picture): number[] =>
      Array.from({ length: 100 }, (_, i) => picture.data[(i + 40) * 192 + column] ?? 0);
    /** By how many hundredths of a row the middle of the face lies lower, from the difference and the slope. */
    const sunk = (picture: Picture): number => {
      const [before, after] = [rows(still), rows(picture)];
      let along = 0;
      let slopes = 0;
      for (let i = 1; i < before.length - 1; i++) {
        const slope = (before[i + 1]! - before[i - 1]!) / 2;
        along -= (after[i]! - before[i]!) * slope;
        slopes += slope * slope;
      }
      return along / slopes;
    };
    const depths = [0.1, 0.2, 0.3].map((nod) => sunk(render(face, 0, pose({}, 0, 0, nod), 12)));
    expect(depths[0]!).toBeGreaterThan(0.1);
    for (let i = 1; i < depths.length; i++) expect(depths[i]!).toBeGreaterThan(depths[i - 1]!);
    const lowest = render(face, 0, pose({}, 0, 0, 1), 12);
    for (const at of [0, 96, 191]) {
      expect(lowest.data[at]).toBe(still.data[at]);
      expect(lowest.data[191 * 192 + at]).toBe(still.data[191 * 192 + at]);
    }
    face.close();
  });

  it('turns and tilts the head as one body, as far as asked, and holds the shoulders and the edges', async () => {
    const face = await openFace(join(AVATARS, 'rafael'), { widthPx: 192, heightPx: 192, cachePath });
    const view = coverView(face.manifest, 192, 192);
    const still = idle(face, 0);
    const [noseX, noseY] = face.manifest.landmarks.noseBase.map((value, axis) =>
      Math.round(value * view.scale + (axis === 0 ? view.offsetX : view.offsetY)),
    ) as [number, number];
    /** By how many pixels what lies around a place is further to the right than in the picture at rest. */
    const aside = (picture: Picture, x: number, y: number, reach: number): number => {
      let along = 0;
      let slopes = 0;
      for (let row = y - reach; row <= y + reach; row++) {
        for (let column = x - reach; column <= x + reach; column++) {
          const at = row * 192 + column;
          const slope = (still.data[at + 1]! - still.data[at - 1]!) / 2;
          along -= (picture.data[at]! - still.data[at]!) * slope;
          slopes += slope * slope;
        }
      }
      return along / slopes;
    };
    const turned = (yaw: number, roll = 0): Picture =>
      render(face, 0, { ...pose(), head: { ...HEAD_STILL, yaw, roll } });
    const steps = [0.02, 0.04, 0.06].map((yaw) => aside(turned(yaw), noseX, noseY, 6));
    expect(steps[0]!).toBeGreaterThan(0.3);
    for (let i = 1; i < steps.length; i++) expect(steps[i]!).toBeGreaterThan(steps[i - 1]! + 0.15);
    expect(aside(turned(-0.04), noseX, noseY, 6)).toBeLessThan(-0.4);
    // Nearest things go furthest: what a turn is told by.
    const eyeY = Math.round(face.manifest.landmarks.eyes.left.centre[1] * view.scale + view.offsetY);
    expect(aside(turned(0.04), noseX, noseY, 6)).toBeGreaterThan(aside(turned(0.04), noseX, eyeY - 30, 6) + 0.2);
    expect(aside(turned(0, 0.02), noseX, eyeY, 6)).toBeGreaterThan(aside(turned(0, 0.02), noseX, noseY + 20, 6));
    expect(Math.abs(aside(turned(0.06), noseX, 180, 6))).toBeLessThan(0.25);
    for (const picture of [turned(0.15, 0.12), turned(-9, Number.NaN)]) {
      for (const at of [0, 191, 191 * 192, 191 * 192 + 191]) expect(picture.data[at]).toBe(still.data[at]);
    }
    face.close();
  });

  it('closes its eyes where the head’s motion says, and its life goes on under any motion', async () => {
    const face = await openFace(join(AVATARS, 'iris'), { widthPx: 192, heightPx: 192, cachePath });
    const moved = (head: Partial<HeadMotion>, index = 0): Picture =>
      render(face, index, { ...pose(), head: { ...HEAD_STILL, ...head } });
    expect(distance(moved({ lids: 1 }), idle(face, 0))).toBeGreaterThan(2000);
    expect(distance(moved({ lookRight: 1 }), idle(face, 0))).toBeGreaterThan(100);
    expect(distance(moved({ yaw: 0.1 }, 0), moved({ yaw: 0.1 }, 60))).toBeGreaterThan(2000);
    expect(moved({ yaw: 1e-9 }).data).toEqual(idle(face, 0).data);
    face.close();
  });

  it('brings bad values into range', async () => {
    const face = await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath });
    const same = (wild: FacePose, tame: FacePose): void =>
      expect(render(face, 3, wild, 12).data).toEqual(render(face, 3, tame, 12).data);
    same(pose({ jaw: Number.NaN, wide: Number.NaN }, Number.NaN, Number.NaN), pose());
    same(pose({ jaw: 7, round: Infinity }, 9, -8), pose({ jaw: 1, round: 1 }, 1, -1));
    same(pose({ jaw: -3, closure: -Infinity }, -1, 0, -2), pose());
    same(pose({}, 0, 0, 40), pose({}, 0, 0, 1));
    const wild = { ...HEAD_STILL, yaw: Number.POSITIVE_INFINITY, roll: Number.NaN, lids: -4, lookDown: 7 };
    same({ ...pose(), head: wild }, { ...pose(), head: { ...HEAD_STILL, yaw: 0.15, lookDown: 1 } });
    same({ articulation: {} as Articulation, smile: 0, brows: 0 }, pose());
    face.close();
  });

  it.each([
    [128, 128],
    [72, 128],
    [120, 160],
    [160, 90],
    [298, 202],
  ])('writes the whole of a %ix%i picture and nothing else', async (widthPx, heightPx) => {
    const face = await openFace(bundle, { widthPx, heightPx, cachePath });
    const length = pictureByteLength(widthPx, heightPx);
    const memory = new Uint8Array(length + 512).fill(0xa5);
    const out: Picture = { width: widthPx, height: heightPx, data: memory.subarray(256, 256 + length) };
    const performer = face.createPerformer();
    for (let index = 0; index < 250; index += 10) {
      performer.render(index, pose({ jaw: (index % 50) / 50, round: 0.5 }, 1, index % 20 === 0 ? 1 : -1, 1), out);
    }
    expect(memory.subarray(0, 256).every((byte) => byte === 0xa5)).toBe(true);
    expect(memory.subarray(256 + length).every((byte) => byte === 0xa5)).toBe(true);
    // Background colour in all corners of the upper half: the picture is covered to its edges.
    const background = out.data[0]!;
    expect(Math.abs(out.data[widthPx - 1]! - background)).toBeLessThan(4);
    expect(background).toBeGreaterThan(100);
    face.close();
  });

  it('keeps proportions: the same scale both ways, the head inside', async () => {
    const face = await openFace(bundle, { widthPx: 72, heightPx: 128, cachePath });
    const view = coverView(face.manifest, 720, 1280);
    expect(view.scale).toBe(1280 / face.manifest.sourceSizePx);
    const nose = face.manifest.landmarks.noseBase;
    expect(nose[0] * view.scale + view.offsetX).toBeCloseTo(360, 0);
    face.close();
  });

  it('refuses sizes and pictures that do not fit', async () => {
    for (const [widthPx, heightPx] of [
      [127, 128],
      [0, 128],
      [128, 5000],
      [Number.NaN, 128],
    ] as const) {
      await expect(openFace(bundle, { widthPx, heightPx, cachePath })).rejects.toThrow(RangeError);
    }
    const face = await openFace(bundle, { widthPx: 128, heightPx: 128, cachePath });
    expect(() => face.renderIdle(0, createPicture(64, 64))).toThrow(RangeError);
    expect(() => face.createPerformer().render(0, pose(), createPicture(130, 128))).toThrow(RangeError);
    face.close();
  });

  it('names a picture of the wrong size and one that is no picture', async () => {
    const broken = join(folder, 'broken');
    await writeSyntheticBundle(broken);
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .webp()
      .toBuffer();
    await replaceFile(broken, 'mouth/fv.webp', small);
    const options = { widthPx: 64, heightPx: 64, cachePath };
    await expect(openFace(broken, options)).rejects.toMatchObject({
      fault: 'corrupt-file',
      message: expect.stringMatching(/fv\.webp.*8x8/),
    });
    await replaceFile(broken, 'mouth/fv.webp', Buffer.from('not a picture'));
    await expect(openFace(broken, options)).rejects.toMatchObject({
      fault: 'corrupt-file',
      message: expect.stringContaining('fv.webp'),
    });
  });

  it('gives back memory and files over a hundred openings', async () => {
    const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd').catch(() => [])).length;
    const options = { widthPx: 64, heightPx: 64, cachePath };
    const cycle = async (): Promise<void> => {
      const face = await openFace(bundle, options);
      const performer = face.createPerformer();
      performer.render(0, pose({ jaw: 0.5 }, 0.5, 0.5), createPicture(64, 64));
      face.close();
      face.close();
      expect(() => face.renderIdle(0, createPicture(64, 64))).toThrow('closed');
      expect(() => performer.render(0, pose(), createPicture(64, 64))).toThrow('closed');
    };
    for (let i = 0; i < 5; i++) await cycle();
    const bytes = (): Promise<number> => leastHeld(() => process.memoryUsage().arrayBuffers);
    const before = { files: await openFiles(), bytes: await bytes() };
    for (let i = 0; i < 100; i++) await cycle();
    const after = await bytes();
    expect(await openFiles()).toBe(before.files);
    expect(after - before.bytes).toBeLessThan(2_000_000);
  });
});

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Picture } from '@visavis/media/core';
import { readBundle } from '@visavis/media/frames';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundle } from '../index.ts';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { rollOf } from '../landmarks/mesh-points.ts';
import { type ClipFormat, pictureOf, still, turnClip, writeClip } from '../testing/clips.ts';
import {
  avatarPhoto,
  catPhoto,
  masked,
  open,
  type RawPhoto,
  rawOf,
  type SHIPPED_AVATARS,
  sideBySide,
  turned,
} from '../testing/photos.ts';
import { type Clip, openClip } from './clip-reader.ts';
import { trackFace } from './track-face.ts';

const SIDE = 512;
const MP4: ClipFormat = { format: 'mp4' };
let folder: string;
let woman: RawPhoto;
let wall: Picture;
let facing: Picture;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
  woman = await avatarPhoto('iris');
  wall = pictureOf(null, SIDE);
  facing = pictureOf(woman, SIDE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function clipOf(
  name: string,
  pictures: Iterable<readonly [number, Picture]>,
  format: ClipFormat = MP4,
): Promise<string> {
  const path = join(folder, name);
  await writeClip(path, format, pictures);
  return path;
}

const make = (path: string) => createBundle(path, join(folder, 'refused'), { id: 'x', displayName: 'X' });

async function expectRefusal(path: string, reason: string): Promise<void> {
  await expect.soft(make(path), path).rejects.toMatchObject({ name: 'InputError', reason });
}

describe('refusals', () => {
  it('a file that is no clip, or a broken one, is told by its content', async () => {
    const program = Buffer.concat([await readFile(process.execPath).then((bytes) => bytes.subarray(0, 100_000))]);
    for (const name of ['program.mp4', 'program.jpg']) {
      await writeFile(join(folder, name), program);
      await expectRefusal(join(folder, name), 'unknown-file');
    }
    await writeFile(join(folder, 'text.mov'), 'This is a text and no film.\n'.repeat(40));
    await expectRefusal(join(folder, 'text.mov'), 'unknown-file');
    const broken = join(folder, 'broken.mp4');
    await writeFile(broken, Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(3000, 7)]));
    await expectRefusal(broken, 'corrupt');
    const whole = await clipOf('whole.webm', still(facing, 3), { format: 'webm' });
    const half = join(folder, 'half.webm');
    await copyFile(whole, half);
    await truncate(half, (await readFile(whole)).length >> 2);
    await expectRefusal(half, 'corrupt');
  });

  it('a clip that is too short or too long', async () => {
    await expectRefusal(await clipOf('short.mp4', still(facing, 1)), 'too-short');
    await expectRefusal(await clipOf('long.mp4', still(wall, 125, 1)), 'too-long');
  });

  it.each([
    ['says so in its header', 'three-hours.mp4', MP4],
    ['does not say how long it is', 'three-hours.webm', { format: 'webm', isLive: true }],
  ] as const)(
    'a video of three hours that %s is refused at once and without memory for it',
    async (_, name, format) => {
      const hours = [0, 0.04, 0.08, 3600, 7200, 10_800];
      const path = await clipOf(
        name,
        hours.map((timeS) => [timeS, facing] as const),
        format,
      );
      const [before, startedAt] = [process.memoryUsage().rss, process.cpuUsage()];
      await expectRefusal(path, 'too-long');
      const { user, system } = process.cpuUsage(startedAt);
      expect((user + system) / 1e6).toBeLessThan(10);
      expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
    },
  );

  it('a clip in which the face is not to be seen well', async () => {
    const two = pictureOf(await squareOf(await sideBySide(woman, await avatarPhoto('marcus'))), SIDE);
    const mask = pictureOf(await rawOf(await masked(await avatarPhoto('marcus'), '#f4f4f4')), SIDE);
    const cat = pictureOf(await squareOf(await catPhoto()), SIDE);
    const far = pictureOf(await onWall(woman, 160, 960), 960);
    await expectRefusal(await clipOf('wall.mp4', still(wall, 3)), 'no-face');
    await expectRefusal(await clipOf('cat.mp4', still(cat, 3)), 'no-face');
    await expectRefusal(await clipOf('two.mp4', still(two, 2)), 'several-faces');
    await expectRefusal(await clipOf('far.mp4', still(far, 2)), 'face-too-small');
    await expectRefusal(await clipOf('mask.mp4', still(mask, 2)), 'mouth-covered');
    await expectRefusal(await clipOf('aside.mp4', still(pictureOf(turned(woman, 50), SIDE), 2)), 'face-turned-away');
    await expectRefusal(await clipOf('asleep.mp4', still(pictureOf(await asleep('iris'), SIDE), 2)), 'eyes-closed');
    const leaving = [...still(facing, 4)].map(([timeS]) => [timeS, timeS < 0.2 ? facing : wall] as const);
    await expectRefusal(await clipOf('leaves.mp4', leaving), 'face-lost');
  }, 240_000);

  it('nothing is left behind', async () => {
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});

async function squareOf(encoded: Buffer): Promise<RawPhoto> {
  return rawOf(await sharp(encoded).resize(SIDE, SIDE, { fit: 'contain', background: '#888' }).png().toBuffer());
}

async function asleep(id: (typeof SHIPPED_AVATARS)[number]): Promise<RawPhoto> {
  const { manifest, file } = await readBundle(join(import.meta.dirname, '../../../../avatars', id));
  const { box, stages } = manifest.eyes;
  const lids = file(stages.find(({ closure }) => closure === 1)?.file ?? '');
  const person = open(await avatarPhoto(id)).composite([{ input: lids, left: box.x, top: box.y }]);
  return rawOf(await person.png().toBuffer());
}

async function onWall(photo: RawPhoto, side: number, wallSide: number): Promise<RawPhoto> {
  const input = await open(photo).resize(side, side).png().toBuffer();
  const at = (wallSide - side) >> 1;
  const create = { width: wallSide, height: wallSide, channels: 3 as const, background: '#9a9a94' };
  return rawOf(
    await sharp({ create })
      .composite([{ input, left: at, top: at }])
      .png()
      .toBuffer(),
  );
}

describe('kinds of clips', () => {
  it.each([
    ['an MP4 of 25 pictures per second', 'usual.mp4', MP4, 25, 25],
    ['an MP4 of 50', 'fast.mp4', MP4, 50, 25],
    ['an MP4 of 60', 'faster.mp4', MP4, 60, 30],
    ['a MOV of 30', 'phone.mov', { format: 'mov' }, 30, 30],
    ['a WebM as browsers record it', 'browser.webm', { format: 'webm', isLive: true }, 30, 30],
  ] as const)('%s is followed picture by picture', async (_, name, format, rate, takenRate) => {
    const clip = await openClip(await clipOf(name, still(facing, 2.2, rate), format));
    expect(Math.round(clip.pictureRate)).toBe(takenRate);
    await expectUprightFace(clip, 2.2 * takenRate);
  });

  it('a clip of a phone held upright is turned as its header says', async () => {
    const lying = pictureOf(await rawOf(await open(woman).rotate(-90).png().toBuffer()), SIDE);
    const path = await clipOf('lying.mov', still(lying, 2.2), { format: 'mov' });
    await turnClip(path);
    await expectUprightFace(await openClip(path), 2.2 * 25);
  });
});

async function expectUprightFace(clip: Clip, expectedPictures: number): Promise<void> {
  const finder = await FaceFinder.open();
  try {
    const faces = await trackFace(finder, clip);
    expect(Math.abs(faces.length - expectedPictures)).toBeLessThanOrEqual(2);
    for (const { points } of [faces[0]!, faces.at(-1)!]) {
      expect(Math.abs(rollOf(points))).toBeLessThan(0.15);
    }
  } finally {
    finder.close();
  }
}

it('the command line names the reason in one line and ends with code 3', async () => {
  const huge = join(folder, 'huge.png');
  const create = { width: 10_000, height: 10_000, channels: 3 as const, background: '#456' };
  await sharp({ create, limitInputPixels: false }).png().toFile(huge);
  const cat = join(folder, 'cat.jpg');
  await writeFile(cat, await catPhoto());
  const command = join(import.meta.dirname, '../command.ts');
  for (const [file, reason] of [
    [huge, 'too-large'],
    [cat, 'no-face'],
    [join(folder, 'three-hours.mp4'), 'too-long'],
  ] as const) {
    const run = promisify(execFile)(process.execPath, [command, 'face', 'make', file, '-o', join(folder, 'refused')]);
    const failure = (await run.catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failure.code).toBe(3);
    expect(failure.stderr).toMatch(new RegExp(`^${reason}: .+\\.\\n$`, 'm'));
  }
});

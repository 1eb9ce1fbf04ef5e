import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Picture } from '@visavis/media/core';
import { parseManifest } from '@visavis/media/frames';
import { AVATAR_NOTICES } from '@visavis/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceFinder, regionOfFace } from '../landmarks/face-finder.ts';
import { faceBox, meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { pictureOf, writeClip } from '../testing/clips.ts';
import { avatarPhoto, type RawPhoto, rawOf, sideBySide } from '../testing/photos.ts';
import { bestStills, chooseView } from './choose-still.ts';
import { openClip } from './clip-reader.ts';
import { surveyClip } from './survey-clip.ts';
import { type TrackedFace, trackFace } from './track-face.ts';

/** Two seconds of a head that turns by 25 degrees to and fro. */
const TURNING = join(import.meta.dirname, '../testing/films/turning-head.mp4');
const SIDE = 512;
let folder: string;
let finder: FaceFinder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restless-'));
  finder = await FaceFinder.open();
});
afterAll(async () => {
  finder.close();
  await rm(folder, { recursive: true, force: true });
});

it('a clip of a head that turns all the time gives an avatar from its best picture, and the command line says so', async () => {
  const bundle = join(folder, 'turning');
  const command = join(import.meta.dirname, '../command.ts');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    command,
    'face',
    'make',
    TURNING,
    '-o',
    bundle,
  ]);
  expect(stderr.split('\n')).toContain(`still-from-clip: ${AVATAR_NOTICES['still-from-clip']}`);
  expect(stdout).toBe(`${bundle}\n`);
  const { layers, loop, ...said } = parseManifest(
    JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')),
    bundle,
  );
  expect(said).toMatchObject({ notice: 'still-from-clip', description: 'Made from a picture of a clip.' });
  expect(loop).toBeUndefined();
  // The picture that was chosen faces the camera: the nose is in the middle between the sides of the face.
  const { data, info } = await sharp(join(bundle, layers.person)).flatten().raw().toBuffer({ resolveWithObject: true });
  const picture = { width: info.width, height: info.height, data };
  const [found] = await finder.detect(picture);
  const { points } = await finder.mesh(picture, regionOfFace(found!));
  const { left, right } = faceBox(points);
  const [nose] = meshPoint(points, POINT.noseTip);
  expect(Math.abs((nose - left) / (right - left) - 0.5)).toBeLessThan(0.1);
}, 240_000);

function* pictures(count: number, at: (index: number) => Picture): Generator<readonly [number, Picture]> {
  for (let index = 0; index < count; index++) yield [index / 25, at(index)];
}

async function facesOf(name: string, count: number, at: (index: number) => Picture): Promise<TrackedFace[]> {
  const path = join(folder, name);
  await writeClip(path, { format: 'mp4' }, pictures(count, at));
  return trackFace(finder, await openClip(path));
}

/** Numbers of the pictures that the loop and the mouth are taken from. */
function takenFrom(faces: readonly TrackedFace[]): number[] {
  const view = chooseView(faces, surveyClip(faces));
  expect(view).toBeDefined();
  const { loop, still } = view!;
  return [still, loop.first - loop.meltCount, loop.first, loop.first + loop.count - 1];
}

async function squareOf(left: RawPhoto, right: RawPhoto): Promise<Picture> {
  const joined = await sharp(await sideBySide(left, right)).resize(SIDE, SIDE, { fit: 'contain', background: '#888' });
  return pictureOf(await rawOf(await joined.png().toBuffer()), SIDE);
}

it('of a face that is seen for less than a second there is no film, but a picture', async () => {
  const [facing, wall] = [pictureOf(await avatarPhoto('iris'), SIDE), pictureOf(null, SIDE)];
  const faces = await facesOf('leaves.mp4', 60, (index) => (index < 20 ? facing : wall));
  const survey = surveyClip(faces);
  expect(chooseView(faces, survey)).toBeUndefined();
  expect(bestStills(faces, survey)[0]).toBeLessThan(15);
}, 120_000);

describe('a stretch that serves is enough', () => {
  it('of two shots that are joined by a cut the avatar is made from one', async () => {
    const [iris, rafael] = [pictureOf(await avatarPhoto('iris'), SIDE), pictureOf(await avatarPhoto('rafael'), SIDE)];
    const faces = await facesOf('cut.mp4', 80, (index) => (index < 35 ? iris : rafael));
    const sides = takenFrom(faces).map((index) => index < 35);
    expect(new Set(sides).size).toBe(1);
  }, 120_000);

  it('somebody who passes through is waited for, and the film goes on after it', async () => {
    const woman = await avatarPhoto('iris');
    const nobody = { ...woman, data: Buffer.alloc(woman.data.length, 136) };
    const [alone, accompanied] = [await squareOf(woman, nobody), await squareOf(woman, await avatarPhoto('marcus'))];
    const faces = await facesOf('passer.mp4', 100, (index) => (index >= 15 && index < 45 ? accompanied : alone));
    for (const index of [16, 30, 44]) expect(faces[index]!.isAccompanied).toBe(true);
    for (const index of takenFrom(faces)) expect(index).toBeGreaterThanOrEqual(45);
  }, 120_000);
});

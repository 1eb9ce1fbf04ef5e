import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureOf, still, writeClip } from '../testing/clips.ts';
import { measureFilm } from './film-length.ts';

let folder = '';
let videoPath = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-film-length-'));
  videoPath = join(folder, 'clip.mp4');
  await writeClip(videoPath, { format: 'mp4' }, still(pictureOf(null, 64), 2));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const soundOf = async (seconds: number): Promise<{ path: string }> => {
  const path = join(folder, `${seconds}.wav`);
  await writeFile(path, wavFile([new Int16Array(Math.round(seconds * 8_000))], 8_000));
  return { path };
};

test.each([
  ['loop', 3.2, 3200],
  ['bounce', 0.4, 400],
  ['remap', 3.2, 3200],
  ['cut_off', 3.2, 2000],
  ['cut_off', 0.4, 400],
  ['silence', 3.2, 3200],
  ['silence', 0.4, 2000],
] as const)('by %s a clip of 2 s with %f s of sound becomes %d ms of film', async (syncMode, seconds, durationMs) => {
  expect(await measureFilm({ videoPath, sound: await soundOf(seconds), syncMode })).toBe(durationMs);
});

test('a film of stretches of a clip is as long as the clip, and one of a portrait as its sound, in whole pictures', async () => {
  const sound = await soundOf(1.01);
  expect(await measureFilm({ videoPath, sound, isWholeClip: true })).toBe(2000);
  expect(await measureFilm({ videoPath: null, sound })).toBe(1040);
  expect(await measureFilm({ videoPath: null, sound: { durationMs: 990 } })).toBe(1000);
});

test('what no film can be made of is refused before anything is drawn', async () => {
  const long = await soundOf(601);
  expect(await measureFilm({ videoPath, sound: long })).toBe(601_000);
  await expect(measureFilm({ videoPath: null, sound: long })).rejects.toThrow('longer than 10 minutes');
  await expect(measureFilm({ videoPath: long.path, sound: long })).rejects.toMatchObject({ name: 'InputError' });
  await expect(measureFilm({ videoPath, sound: { path: videoPath } })).rejects.toMatchObject({ reason: 'not-audio' });
});

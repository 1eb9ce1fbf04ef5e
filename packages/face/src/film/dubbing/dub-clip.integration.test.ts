import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPicture, type Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pearson } from '../../../../../tests/support/statistics.ts';
import { type DubOptions, dubClip, renderSpeech } from '../../index.ts';
import { cutToOddSides, pictureOf, still, turnClip, writeClip } from '../../testing/clips.ts';
import { aperturesOf, picturesOf, psnr } from '../../testing/film-pictures.ts';
import { avatarPhoto } from '../../testing/photos.ts';
import { decodeSpeech } from '../read-speech.ts';
import { openFilmClip, pictureMs } from './film-clip.ts';

const AVATAR = join(import.meta.dirname, '../../../../../avatars/rafael');
const FILMS = join(import.meta.dirname, '../../testing/films');
const SIDE = 256;
const LONG_MS = 240_000;
let folder: string;
let speech: string;
let other: string;
let talking: string;

async function say(text: string, name: string): Promise<string> {
  const path = join(folder, name);
  const { pcm24k } = await speakWithFlite(text, 'rms');
  await writeFile(path, wavFile([pcm24k], 24_000));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dub-clip-'));
  speech = await say('Maybe my mother bought a big apple pie.', 'speech.wav');
  other = await say('Father walks along the harbour road.', 'other.wav');
  talking = join(folder, 'talking.mp4');
  await renderSpeech(AVATAR, other, talking, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function dub(videoPath: string, audioPath: string, name: string, options: DubOptions = {}) {
  const outPath = join(folder, `${name}.mp4`);
  const film = await dubClip({ videoPath, audioPath, outPath, options });
  return { ...film, outPath };
}

it(
  'a person who talks in the clip says what the recording says instead, as long as it is, and all else stays',
  async () => {
    const { outPath, pictureCount, widthPx, heightPx } = await dub(talking, speech, 'dubbed');
    const pictures = await picturesOf(outPath);
    expect([pictures.length, widthPx, heightPx]).toEqual([pictureCount, SIDE, SIDE]);
    const { pcm, sampleRateHz } = await decodeSpeech(await readFile(speech));
    expect(Math.abs(pictureCount * 40 - (1000 * pcm.length) / sampleRateHz)).toBeLessThanOrEqual(40);
    // The film's sound is the speech.
    const sound = await decodeSpeech(await readFile(outPath));
    const loud = (one: Int16Array): number => one.findIndex((value) => Math.abs(value) > 3000) / 48_000;
    expect(Math.abs(loud(sound.pcm) - loud(pcm))).toBeLessThan(0.01);
    // The mouth follows the new speech as a live face does, and not the old one.
    const length = Math.min(pictures.length, 70);
    const live = join(folder, 'live.mp4');
    await renderSpeech(AVATAR, speech, live, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
    const [dubbed, wanted, before] = (await Promise.all(
      [pictures, await picturesOf(live), await picturesOf(talking)].map((film) => aperturesOf(film.slice(0, length))),
    )) as [number[], number[], number[]];
    expect(pearson(dubbed, wanted)).toBeGreaterThan(0.8);
    expect(Math.abs(pearson(dubbed, before))).toBeLessThan(0.45);
    const original = (await picturesOf(talking)).slice(0, length);
    expect(psnr(original, pictures, 0, Math.floor(SIDE * 0.4))).toBeGreaterThan(42);
  },
  LONG_MS,
);

it(
  'silence closes a mouth that talks in the clip',
  async () => {
    const silence = join(folder, 'silence.wav');
    await writeFile(silence, wavFile([new Int16Array(24_000)], 24_000));
    const { outPath } = await dub(talking, silence, 'silent');
    const pictures = await picturesOf(outPath);
    const [closed, open] = [await aperturesOf(pictures), await aperturesOf(await picturesOf(talking))];
    expect(Math.max(...open)).toBeGreaterThan(0.07);
    expect(Math.max(...closed)).toBeLessThan(0.04);
  },
  LONG_MS,
);

it(
  'rate, size and rotation of the clip are kept',
  async () => {
    const turned = join(folder, 'turned.mp4');
    const picture = pictureOf(await avatarPhoto('iris'), SIDE);
    // Stored lying on its side, shown upright.
    const lying = createPicture(SIDE, SIDE);
    lying.data.fill(128);
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) lying.data[(SIDE - 1 - x) * SIDE + y] = picture.data[y * SIDE + x] ?? 0;
    await writeClip(turned, { format: 'mp4' }, still(lying, 0.5, 30));
    await turnClip(turned);
    const { outPath, pictureCount } = await dub(turned, speech, 'upright');
    const clip = await openFilmClip(outPath);
    expect(pictureMs(clip.rate)).toBeCloseTo(1000 / 30, 2);
    expect(pictureCount).toBeGreaterThan(30);
    const [first] = await picturesOf(outPath);
    expect(psnr([picture], [first as Picture], 0, SIDE / 2)).toBeGreaterThan(35);
    const wide = await openFilmClip(join(FILMS, 'c04-anamorphic-sar2.mp4'));
    expect([wide.widthPx, wide.heightPx]).toEqual([512, 512]);
  },
  LONG_MS,
);

it('of odd sides the last row and column are left out, and all else stays where it was', async () => {
  const odd = join(folder, 'odd.webm');
  const picture = pictureOf(await avatarPhoto('iris'), SIDE);
  await writeClip(odd, { format: 'webm' }, still(picture, 0.4));
  const whole = await picturesOf(odd);
  await cutToOddSides(odd);
  const clip = await openFilmClip(odd);
  expect([clip.shown.widthPx, clip.widthPx, clip.heightPx]).toEqual([SIDE - 1, SIDE - 2, SIDE - 2]);
  const [cut] = await picturesOf(odd);
  for (const y of [0, 100, SIDE - 3]) {
    const row = cut?.data.subarray(y * (SIDE - 2), (y + 1) * (SIDE - 2));
    expect(row).toEqual(whole[0]?.data.subarray(y * SIDE, y * SIDE + SIDE - 2));
  }
});

it('where no film can be written none is begun', async () => {
  const steps: string[] = [];
  const outPath = join(folder, `${'n'.repeat(250)}.mp4`);
  const request = { videoPath: talking, audioPath: speech, outPath };
  const dubbing = dubClip({ ...request, onProgress: (_share, step) => steps.push(step) });
  await expect(dubbing).rejects.toThrow(/^The film cannot be written to /);
  expect(new Set(steps)).toEqual(new Set(['reading the clip']));
});

it(
  'a clip without a face, or that is none, is refused with its reason; a cancelled film leaves no file',
  async () => {
    const blank = join(folder, 'blank.mp4');
    await writeClip(blank, { format: 'mp4' }, still(pictureOf(null, SIDE), 1));
    await expect(dub(blank, speech, 'never')).rejects.toMatchObject({ reason: 'no-face' });
    await expect(dub(speech, speech, 'never')).rejects.toMatchObject({ name: 'InputError' });
    await expect(dub(talking, blank, 'never')).rejects.toMatchObject({ reason: 'not-audio' });
    const controller = new AbortController();
    const dubbing = dubClip({
      videoPath: talking,
      audioPath: speech,
      outPath: join(folder, 'never.mp4'),
      signal: controller.signal,
      onProgress: (share) => share > 0.5 && controller.abort(new Error('enough')),
    });
    await expect(dubbing).rejects.toThrow('enough');
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  },
  LONG_MS,
);

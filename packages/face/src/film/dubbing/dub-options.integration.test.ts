import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmReader, fileOnDisk } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DubOptions, dubClip, renderSpeech } from '../../index.ts';
import { writeClip } from '../../testing/clips.ts';
import { mouthsAlike, picturesOf, psnr } from '../../testing/film-pictures.ts';
import { levelOf, withTones } from '../../testing/tones.ts';
import { decodeSpeech } from '../read-speech.ts';
import { ClipSound, channelsOfClip } from './clip-sound.ts';

const AVATAR = join(import.meta.dirname, '../../../../../avatars/rafael');
const SIDE = 256;
const RATE = 25;
const LONG_MS = 240_000;
/** Tells the clip's sound from the speech, and the parts of the speech from one another. */
const CLIP_HZ = 5000;
const FIRST_HZ = 1000;
const SECOND_HZ = 1600;
const TONE = 4000;
/** Where Rafael's mouth lies. */
const MOUTH = { left: 0.35 * SIDE, right: 0.65 * SIDE, top: 0.45 * SIDE, bottom: 0.62 * SIDE };
/** In decibels: a mouth that is as it was filmed, but for the coding, and one that says something else. */
const AS_FILMED_DB = 38;
const REDRAWN_DB = 33;
let folder: string;
let speech: string;
let talking: string;
let original: readonly Picture[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dub-options-'));
  const say = async (text: string, name: string, toneAt: (timeS: number) => number): Promise<string> => {
    const path = join(folder, name);
    const { pcm24k } = await speakWithFlite(text, 'rms');
    await writeFile(path, wavFile([withTones(pcm24k, 24_000, TONE, toneAt)], 24_000));
    return path;
  };
  speech = await say('Anna and Bob are always out in the far harbour.', 'speech.wav', (timeS) =>
    timeS < 0.6 ? FIRST_HZ : SECOND_HZ,
  );
  const other = await say('Father walks along the harbour road.', 'other.wav', () => CLIP_HZ);
  talking = join(folder, 'talking.mp4');
  const size = { widthPx: SIDE, heightPx: SIDE, tailMs: 0 };
  await renderSpeech(AVATAR, other, talking, { ...size, cachePath: join(folder, 'cache') });
  original = await picturesOf(talking);
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function dub(name: string, options: DubOptions, videoPath = talking) {
  const outPath = join(folder, name);
  const film = await dubClip({ videoPath, audioPath: speech, outPath, options });
  const { pcm, sampleRateHz } = await decodeSpeech(await readFile(outPath));
  const level = (hz: number, startS: number, endS: number): number =>
    levelOf(pcm.subarray(startS * sampleRateHz, endS * sampleRateHz), sampleRateHz, hz);
  return { film, pcm, level, pictures: await picturesOf(outPath) };
}

const loudest = (pcm: Int16Array): number => pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

it(
  'only the segments speak, one part of the speech after the other; between them picture and sound are the clip’s',
  async () => {
    const segments = [
      { startMs: 400, endMs: 1000 },
      { startMs: 1400, endMs: 1900 },
    ];
    const { film, pictures, level, pcm } = await dub('segments.mp4', { segments });
    expect(film.pictureCount).toBe(original.length);
    const between = (fromS: number, toS: number): [Picture[], Picture[]] => [
      original.slice(Math.ceil(fromS * RATE), Math.floor(toS * RATE)),
      pictures.slice(Math.ceil(fromS * RATE), Math.floor(toS * RATE)),
    ];
    for (const [fromS, toS] of [
      [0, 0.4],
      [1, 1.4],
      [1.9, original.length / RATE],
    ] as const) {
      expect(mouthsAlike(...between(fromS, toS), MOUTH)).toBeGreaterThan(AS_FILMED_DB);
      expect(level(CLIP_HZ, fromS + 0.05, toS - 0.05)).toBeGreaterThan(0.7 * TONE);
      expect(level(FIRST_HZ, fromS + 0.05, toS - 0.05)).toBeLessThan(0.1 * TONE);
    }
    for (const [fromS, toS, toneHz] of [
      [0.4, 1, FIRST_HZ],
      [1.4, 1.9, SECOND_HZ],
    ] as const) {
      expect(mouthsAlike(...between(fromS + 0.12, toS - 0.12), MOUTH)).toBeLessThan(REDRAWN_DB);
      expect(level(toneHz, fromS + 0.05, toS - 0.05)).toBeGreaterThan(0.7 * TONE);
      expect(level(CLIP_HZ, fromS + 0.05, toS - 0.05)).toBeLessThan(0.1 * TONE);
    }
    expect(Math.abs(pcm.length / 48 - 1000 * (original.length / RATE))).toBeLessThan(50);
  },
  LONG_MS,
);

it('a segment that ends after the clip is refused with both times, and leaves no file', async () => {
  const segments = [{ startMs: 1000, endMs: 9000 }];
  await expect(dub('beyond.mp4', { segments })).rejects.toThrow(/^A segment ends at 9 s, but the clip at 2\.\d+ s\. /);
  await expect(readFile(join(folder, 'beyond.mp4'))).rejects.toThrow(/ENOENT/);
});

it(
  'the speech lies over the sound of the clip at the level that was asked for, and nothing is clipped',
  async () => {
    const alone = await dub('alone.mp4', { syncMode: 'cut_off' });
    const under = await dub('under.mp4', { syncMode: 'cut_off', originalVolume: 0.25 });
    const loud = await dub('loud.mp4', { syncMode: 'loop', originalVolume: 1 });
    expect(alone.level(CLIP_HZ, 0.1, 1.5)).toBeLessThan(0.02 * TONE);
    expect(under.level(CLIP_HZ, 0.1, 1.5) / TONE).toBeCloseTo(0.25, 1);
    expect(under.level(SECOND_HZ, 0.7, 1.5) / alone.level(SECOND_HZ, 0.7, 1.5)).toBeGreaterThan(0.8);
    expect(loud.level(CLIP_HZ, 0.1, 1.5)).toBeGreaterThan(0.5 * TONE);
    // Begun anew with the clip.
    expect(loud.level(CLIP_HZ, original.length / RATE + 0.1, loud.film.durationMs / 1000 - 0.1)).toBeGreaterThan(
      0.5 * TONE,
    );
    for (const { pcm } of [under, loud]) expect(loudest(pcm)).toBeLessThan(32_000);
  },
  LONG_MS,
);

it(
  'a clip without a sound track is silent between its segments, and under the speech',
  async () => {
    const mute = join(folder, 'mute.mp4');
    await writeClip(
      mute,
      { format: 'mp4' },
      original.map((picture, i) => [i / RATE, picture] as const),
    );
    const { pcm } = await dub('mute-segments.mp4', { segments: [{ startMs: 1000, endMs: 1500 }] }, mute);
    expect(loudest(pcm.subarray(0, 0.9 * 48_000))).toBeLessThan(50);
    expect(loudest(pcm.subarray(48_000, 1.5 * 48_000))).toBeGreaterThan(3000);
    const { level } = await dub('mute-under.mp4', { originalVolume: 1, syncMode: 'cut_off' }, mute);
    expect(level(SECOND_HZ, 0.7, 1.5)).toBeGreaterThan(0.7 * TONE);
  },
  LONG_MS,
);

it.each(['mp4', 'webm'] as const)(
  'both channels of a clip are kept under the speech, which is heard in both, in %s',
  async (format) => {
    const aside = join(folder, 'tone-left.mp4');
    const pcm = new Int16Array((2 * 48_000 * original.length) / RATE);
    for (let i = 0; i < pcm.length; i += 2) pcm[i] = TONE * Math.sin((Math.PI * CLIP_HZ * i) / 48_000);
    const shown = original.map((picture, i) => [i / RATE, picture] as const);
    await writeClip(aside, { format: 'mp4', sound: { pcm, channels: 2 } }, shown);
    const options = { syncMode: 'cut_off', originalVolume: 0.5, output: { format } } as const;
    await dub(`aside.${format}`, options, aside);
    const path = join(folder, `aside.${format}`);
    expect(await channelsOfClip(path)).toBe(2);
    const sound = await ClipSound.open(path, { channels: 2 });
    const heard = sound.take(1.5 * 48_000);
    sound.close();
    const levels = [0, 1].map((channel) => {
      const own = heard.filter((_, i) => i % 2 === channel).subarray(0.7 * 48_000);
      return [CLIP_HZ, SECOND_HZ].map((hz) => levelOf(own, 48_000, hz) / TONE);
    }) as [[number, number], [number, number]];
    const [[left, leftSpeech], [right, rightSpeech]] = levels;
    expect(left).toBeCloseTo(0.5, 1);
    expect(right).toBeLessThan(0.03);
    expect(Math.min(leftSpeech, rightSpeech)).toBeGreaterThan(0.8);
  },
  LONG_MS,
);

async function codecsOf(name: string) {
  const reader = await FilmReader.open(fileOnDisk(join(folder, name), 'read'), ['mov', 'matroska']);
  const codecs = [reader.pictures()?.codec, reader.sound()?.codec];
  reader.close();
  return codecs;
}

it(
  'a WebM holds VP8 and Opus as long as the film, and what was filmed stays as it was',
  async () => {
    const { film, pictures, pcm, level } = await dub('film.webm', { syncMode: 'cut_off', output: { format: 'webm' } });
    expect(await codecsOf('film.webm')).toEqual(['vp8', 'opus']);
    expect(pictures).toHaveLength(film.pictureCount);
    expect(Math.abs(pcm.length / 48 - film.durationMs)).toBeLessThan(25);
    expect(level(FIRST_HZ, 0.1, 0.55)).toBeGreaterThan(0.8 * TONE);
    expect(psnr(original.slice(0, pictures.length), pictures, 0, Math.floor(SIDE * 0.4))).toBeGreaterThan(40);
  },
  LONG_MS,
);

it(
  'a film has the size that was asked for, in the proportions of its clip, and the mouth speaks in it',
  async () => {
    const wide = join(folder, 'wide.mp4');
    const [width, height] = [SIDE, 192];
    const cut = original.map(({ data }): Picture => {
      const rows = (from: number, stride: number, count: number) => data.slice(from, from + stride * count);
      const chroma = [SIDE * SIDE, 1.25 * SIDE * SIDE].map((from) => rows(from, SIDE / 2, height / 2));
      return { width, height, data: Buffer.concat([rows(0, SIDE, height), ...chroma]) };
    });
    await writeClip(
      wide,
      { format: 'mp4' },
      cut.map((picture, i) => [i / RATE, picture] as const),
    );
    const sizes = [];
    for (const [i, output] of [{ widthPx: 512 }, { heightPx: 96 }, { widthPx: 400, heightPx: 400 }].entries()) {
      const { film, pictures } = await dub(`size-${i}.mp4`, { syncMode: 'cut_off', output }, wide);
      expect(new Set(pictures.map((picture) => `${picture.width} ${picture.height}`))).toEqual(
        new Set([`${film.widthPx} ${film.heightPx}`]),
      );
      sizes.push([film.widthPx, film.heightPx]);
    }
    expect(sizes).toEqual([
      [512, 384],
      [128, 96],
      [400, 300],
    ]);
    const twice = { left: 2 * MOUTH.left, right: 2 * MOUTH.right, top: 2 * MOUTH.top, bottom: 2 * MOUTH.bottom };
    const large = await picturesOf(join(folder, 'size-0.mp4'));
    const still = large.map(() => large[0] as Picture);
    expect(mouthsAlike(still, large, twice)).toBeLessThan(REDRAWN_DB);
    await expect(dub('flat.mp4', { output: { heightPx: 4096 } }, wide)).rejects.toThrow(/would be 5462 × 4096 pixels/);
  },
  LONG_MS,
);

it(
  'the less quality, the smaller the file',
  async () => {
    const segments = [{ startMs: 200, endMs: 800 }];
    for (const format of ['mp4', 'webm'] as const) {
      const bytes = [];
      for (const quality of ['low', 'medium', 'high'] as const) {
        await dub(`${quality}.${format}`, { segments, output: { format, quality } });
        bytes.push((await stat(join(folder, `${quality}.${format}`))).size);
      }
      const [low = 0, medium = 0, high = 0] = bytes;
      expect([medium > 1.15 * low, high > 1.15 * medium]).toEqual([true, true]);
    }
  },
  LONG_MS,
);

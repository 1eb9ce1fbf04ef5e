import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createPicture, type Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dubClip, renderSpeech } from '../../index.ts';
import { rgbOf } from '../../pixels/pixels.ts';
import { picturesOf } from '../../testing/film-pictures.ts';
import { openFilmClip } from './film-clip.ts';

const AVATAR = join(import.meta.dirname, '../../../../../avatars/rafael');
const FILMS = join(import.meta.dirname, '../../testing/films');
const SIDE = 192;
/** Of the height: above it nothing of the mouth is drawn. */
const ABOVE_MOUTH = 0.4;
const LONG_MS = 240_000;
let folder: string;
let speech: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'film-colours-'));
  speech = join(folder, 'speech.wav');
  const { pcm24k } = await speakWithFlite('Bob is out.', 'rms');
  await writeFile(speech, wavFile([pcm24k], 24_000));
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function dubbed(videoPath: string): Promise<Picture[]> {
  const outPath = join(folder, `film-${basename(videoPath)}`);
  await dubClip({ videoPath, audioPath: speech, outPath, options: { syncMode: 'cut_off' } });
  expect((await openFilmClip(outPath)).matrix).toBe('bt601');
  return picturesOf(outPath);
}

/** Mean of each plane above the mouth. */
function planes(pictures: readonly Picture[]): number[] {
  const sums = [0, 0, 0];
  for (const { width, height, data } of pictures) {
    const luma = width * height;
    for (const [plane, from, stride] of [
      [0, 0, width],
      [1, luma, width / 2],
      [2, 1.25 * luma, width / 2],
    ] as const) {
      const rows = Math.floor((ABOVE_MOUTH * height * stride) / width);
      for (let i = from; i < from + rows * stride; i++)
        sums[plane] = (sums[plane] ?? 0) + (data[i] ?? 0) / (rows * stride);
    }
  }
  return sums.map((sum) => sum / pictures.length);
}

/** What BT.709's colours are in BT.601, by way of red, green and blue. */
function inBt601({ width, height, data }: Picture): Picture {
  const picture = createPicture(width, height);
  const luma = width * height;
  const [u, v] = [Float64Array.from({ length: luma / 4 }), Float64Array.from({ length: luma / 4 })];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = Math.floor(y / 2) * (width / 2) + Math.floor(x / 2);
      const [b, r] = [(data[luma + chroma] ?? 0) - 128, (data[1.25 * luma + chroma] ?? 0) - 128].map(
        (c) => c / 224,
      ) as [number, number];
      const light = ((data[y * width + x] ?? 0) - 16) / 219;
      const rgb = [light + 1.5748 * r, light - 0.187324 * b - 0.468124 * r, light + 1.8556 * b] as const;
      const shown = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      picture.data[y * width + x] = Math.round(16 + 219 * shown);
      u[chroma] = (u[chroma] ?? 0) + (224 * (rgb[2] - shown)) / 1.772 / 4;
      v[chroma] = (v[chroma] ?? 0) + (224 * (rgb[0] - shown)) / 1.402 / 4;
    }
  }
  for (let i = 0; i < luma / 4; i++) {
    picture.data[luma + i] = Math.round(128 + (u[i] ?? 0));
    picture.data[1.25 * luma + i] = Math.round(128 + (v[i] ?? 0));
  }
  return picture;
}

it(
  'a clip in the colours of high definition is as bright and as coloured in its film',
  async () => {
    const talking = join(folder, 'talking.mp4');
    await renderSpeech(AVATAR, speech, talking, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
    const stored = await picturesOf(talking);
    const bytes = await readFile(talking);
    const at = bytes.indexOf('colrnclx', 0, 'latin1') + 8;
    expect(at).toBeGreaterThan(8);
    // ISO 23001-8: primaries, transfer and matrix of BT.709.
    for (const field of [0, 2, 4]) bytes.writeUInt16BE(1, at + field);
    const hd = join(folder, 'hd.mp4');
    await writeFile(hd, bytes);
    expect((await openFilmClip(hd)).matrix).toBe('bt709');
    const film = await dubbed(hd);
    const [found, wanted] = [planes(film), planes(stored.slice(0, film.length).map(inBt601))];
    for (const [plane, mean] of found.entries()) expect(Math.abs(mean - (wanted[plane] ?? 0))).toBeLessThan(0.3);
  },
  LONG_MS,
);

function meanRgb(picture: Picture): number[] {
  const rgb = rgbOf(picture);
  return [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = channel; i < rgb.length; i += 3) sum += rgb[i] ?? 0;
    return (3 * sum) / rgb.length;
  });
}

/**
 * Of the first picture, red, green and blue by FFmpeg 5.1: `-vf zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,
 * tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv,format=rgb24`.
 */
const REFERENCES = [
  ['HLG, as phones film it', 'c09-hevc10-hlg.mp4', [128.8, 116.3, 103.5]],
  ['PQ, with the light of each point', 'pq-hdr.mp4', [126.0, 114.5, 101.8]],
] as const;

it.each(REFERENCES)(
  'the film of an HDR clip is one for ordinary screens: %s',
  async (_what, name, reference) => {
    const [first] = await dubbed(join(FILMS, name));
    const found = meanRgb(first as Picture);
    for (const [channel, value] of found.entries()) expect(Math.abs(value - (reference[channel] ?? 0))).toBeLessThan(9);
    // Skin is as warm.
    const warmth = ([red = 0, , blue = 0]: readonly number[]) => red / blue;
    expect(warmth(found) / warmth(reference)).toBeCloseTo(1, 1);
  },
  LONG_MS,
);

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createPicture, type Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReader, requirePictures } from '../../clip/clip-reader.ts';
import { dubClip } from '../../index.ts';
import { rgbOf } from '../../pixels/pixels.ts';
import { still, writeClip } from '../../testing/clips.ts';
import { picturesOf } from '../../testing/film-pictures.ts';
import { openFilmClip } from './film-clip.ts';

const FILMS = join(import.meta.dirname, '../../testing/films');
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

/** Mean of each plane. */
function planes(pictures: readonly Picture[]): number[] {
  const sums = [0, 0, 0];
  for (const { width, height, data } of pictures) {
    const luma = width * height;
    for (const [plane, from, stride] of [
      [0, 0, width],
      [1, luma, width / 2],
      [2, 1.25 * luma, width / 2],
    ] as const) {
      const rows = (height * stride) / width;
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
  const [u, v] = [new Float64Array(luma / 4), new Float64Array(luma / 4)];
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

/** Says in the parameters of H.264 that colours are those of BT.709 (ITU-T H.264, E.2.1): primaries, transfer and matrix, a byte each. */
async function sayBt709(path: string): Promise<void> {
  const bytes = await readFile(path);
  const parameters = Buffer.from([0x67, 0x42]);
  const bits = (from: number) =>
    Array.from(bytes.subarray(from, from + 40), (byte) => byte.toString(2).padStart(8, '0'));
  for (let at = bytes.indexOf(parameters); at >= 0; at = bytes.indexOf(parameters, at + 1)) {
    const told = bits(at).join('').replace('00000110'.repeat(3), '00000001'.repeat(3));
    for (let i = 0; i < 40; i++) bytes[at + i] = Number.parseInt(told.slice(8 * i, 8 * i + 8), 2);
  }
  await writeFile(path, bytes);
}

it('a clip in the colours of high definition is as bright and as coloured in its film', async () => {
  const [width, height] = [128, 96];
  const picture = createPicture(width, height);
  const luma = width * height;
  for (let i = 0; i < luma; i++) picture.data[i] = 60 + Math.floor((100 * i) / luma);
  for (let i = 0; i < luma / 4; i++) {
    picture.data[luma + i] = 100 + (i % 64);
    picture.data[1.25 * luma + i] = 110 + Math.floor((50 * i) / luma);
  }
  const hd = join(folder, 'hd.mp4');
  await writeClip(hd, { format: 'mp4' }, still(picture, 0.4));
  await sayBt709(hd);
  const clip = await openFilmClip(hd);
  expect(clip.matrix).toBe('bt709');
  const reader = await openReader(hd);
  requirePictures(reader);
  const stored = Array.from(reader.frames('format=yuv420p'), ({ bytes }) => ({ width, height, data: bytes }));
  reader.close();
  const [found, wanted] = [planes(await picturesOf(hd)), planes(stored.map(inBt601))];
  for (const [plane, mean] of found.entries()) expect(Math.abs(mean - (wanted[plane] ?? 0))).toBeLessThan(0.3);
});

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

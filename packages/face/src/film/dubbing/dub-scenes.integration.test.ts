import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPicture, type Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dubClip, renderSpeech, SYNC_MODES } from '../../index.ts';
import { pictureOf, writeClip } from '../../testing/clips.ts';
import { aperturesOf, mouthsAlike, picturesOf, psnr } from '../../testing/film-pictures.ts';
import { avatarPhoto } from '../../testing/photos.ts';

const AVATAR = join(import.meta.dirname, '../../../../../avatars/rafael');
const SIDE = 256;
const RATE = 25;
const LONG_MS = 240_000;
/** Where Rafael's mouth lies. */
const MOUTH = { left: 0.35 * SIDE, right: 0.65 * SIDE, top: 0.45 * SIDE, bottom: 0.62 * SIDE };
/** In decibels: a mouth that is as it was filmed, but for the coding, and one that says something else. */
const AS_FILMED_DB = 38;
const REDRAWN_DB = 33;
let folder: string;
let speech: string;
let talking: readonly Picture[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dub-scenes-'));
  const [wanted, original] = await Promise.all(
    ['Anna and Bob are always out in the far harbour.', 'Father walks along the harbour road.'].map(async (text, i) => {
      const path = join(folder, `speech-${i}.wav`);
      await writeFile(path, wavFile([(await speakWithFlite(text, 'rms')).pcm24k], 24_000));
      return path;
    }),
  );
  speech = wanted as string;
  const path = join(folder, 'talking.mp4');
  await renderSpeech(AVATAR, original as string, path, { widthPx: SIDE, heightPx: SIDE, acting: false });
  talking = (await picturesOf(path)).slice(0, 50);
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The film of a clip of these pictures, as long as the shorter of clip and speech. */
async function dubbed(name: string, clip: readonly Picture[], rate = RATE) {
  const videoPath = join(folder, `${name}.mp4`);
  await writeClip(
    videoPath,
    { format: 'mp4' },
    clip.map((picture, index) => [index / rate, picture] as const),
  );
  const outPath = join(folder, `${name}-dubbed.mp4`);
  await dubClip({ videoPath, audioPath: speech, outPath, options: { syncMode: 'cut_off' } });
  return { clip: await picturesOf(videoPath), film: await picturesOf(outPath) };
}

function changed(picture: Picture, change: (data: Uint8Array) => void): Picture {
  const data = new Uint8Array(picture.data);
  change(data);
  return { ...picture, data };
}

/** With a box of one colour over the mouth. */
function covered(picture: Picture, [luma, blue, red]: readonly [number, number, number]): Picture {
  return changed(picture, (data) => {
    for (let y = Math.floor(0.42 * SIDE); y < 0.7 * SIDE; y++) {
      for (let x = Math.floor(0.3 * SIDE); x < 0.7 * SIDE; x++) {
        data[y * SIDE + x] = luma;
        const chroma = (y >> 1) * (SIDE / 2) + (x >> 1);
        data[SIDE * SIDE + chroma] = blue;
        data[1.25 * SIDE * SIDE + chroma] = red;
      }
    }
  });
}

it.each([
  ['a blue cup', [70, 190, 100]],
  ['a hand', [150, 112, 148]],
] as const)(
  '%s over the mouth is left as it is, and the mouth speaks before and after it',
  async (name, colour) => {
    const pictures = talking.map((picture, i) => (i >= 20 && i < 32 ? covered(picture, colour) : picture));
    const { clip, film } = await dubbed(name.replaceAll(' ', '-'), pictures);
    expect(mouthsAlike(clip.slice(20, 32), film.slice(20, 32), MOUTH)).toBeGreaterThan(AS_FILMED_DB);
    expect(mouthsAlike(clip.slice(0, 12), film.slice(0, 12), MOUTH)).toBeLessThan(REDRAWN_DB);
    expect(mouthsAlike(clip.slice(42), film.slice(42), MOUTH)).toBeLessThan(REDRAWN_DB);
  },
  LONG_MS,
);

it(
  'after a cut the other person speaks, from the first picture on',
  async () => {
    const other = pictureOf(await avatarPhoto('iris'), SIDE);
    const { clip, film } = await dubbed('cut', [...talking.slice(0, 25), ...talking.slice(0, 25).map(() => other)]);
    const apertures = await aperturesOf(film.slice(25));
    expect(Math.max(...apertures) - Math.min(...apertures)).toBeGreaterThan(0.05);
    // Nothing of the one is left in the other.
    expect(psnr(clip.slice(25), film.slice(25), 0, Math.floor(0.3 * SIDE))).toBeGreaterThan(42);
  },
  LONG_MS,
);

it(
  'a face that leaves the picture and comes back speaks again',
  async () => {
    const moved = (picture: Picture, by: number): Picture => {
      const shifted = createPicture(SIDE, SIDE);
      shifted.data.fill(128);
      for (const [side, start] of [
        [SIDE, 0],
        [SIDE / 2, SIDE * SIDE],
        [SIDE / 2, 1.25 * SIDE * SIDE],
      ] as const) {
        const way = Math.round((by * SIDE) / 2) * (side === SIDE ? 2 : 1);
        for (let y = 0; y < side; y++) {
          const row = start + y * side;
          shifted.data.set(picture.data.subarray(row, row + Math.max(0, side - way)), row + Math.min(side, way));
        }
      }
      return shifted;
    };
    const away = talking.map((picture, i) => moved(picture, Math.max(0, Math.min(1, 1.4 - Math.abs(i - 25) / 8))));
    const { film, clip } = await dubbed('leaves', away);
    expect(psnr(clip.slice(24, 27), film.slice(24, 27), 0, SIDE)).toBeGreaterThan(38);
    expect(mouthsAlike(clip.slice(44), film.slice(44), MOUTH)).toBeLessThan(REDRAWN_DB);
  },
  LONG_MS,
);

it(
  'a clip of a variable rate is shown by its times',
  async () => {
    const videoPath = join(folder, 'variable.mp4');
    // Half a second of every picture, then one of every third.
    const times = talking.map((_picture, i) => i / RATE).filter((_time, i) => i < 13 || i % 3 === 0);
    await writeClip(
      videoPath,
      { format: 'mp4' },
      times.map((timeS) => [timeS, talking[Math.round(timeS * RATE)] as Picture] as const),
    );
    const outPath = join(folder, 'variable-dubbed.mp4');
    const film = await dubClip({ videoPath, audioPath: speech, outPath, options: { syncMode: 'cut_off' } });
    const [shown, clip] = [await picturesOf(outPath), await picturesOf(videoPath)];
    expect(shown).toHaveLength(film.pictureCount);
    expect(Math.abs(film.durationMs - 2000)).toBeLessThan(200);
    expect(psnr(clip.slice(0, shown.length), shown, 0, Math.floor(0.3 * SIDE))).toBeGreaterThan(42);
  },
  LONG_MS,
);

it(
  'every way of bringing the lengths together gives its own',
  async () => {
    const videoPath = join(folder, 'short.mp4');
    await writeClip(
      videoPath,
      { format: 'mp4' },
      talking.slice(0, 20).map((picture, i) => [i / RATE, picture] as const),
    );
    const counts: Record<string, number> = {};
    for (const syncMode of SYNC_MODES) {
      const outPath = join(folder, `short-${syncMode}.mp4`);
      const film = await dubClip({ videoPath, audioPath: speech, outPath, options: { syncMode } });
      expect(await picturesOf(outPath)).toHaveLength(film.pictureCount);
      counts[syncMode] = film.pictureCount;
    }
    const whole = counts.loop ?? 0;
    expect(whole).toBeGreaterThan(50);
    expect(counts).toEqual({ loop: whole, bounce: whole, cut_off: 20, silence: whole, remap: whole });
  },
  LONG_MS,
);

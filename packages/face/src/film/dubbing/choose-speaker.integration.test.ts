import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPicture, type Picture } from '@visavis/media/core';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import type { FilmSpeaker } from '@visavis/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dubClip, renderSpeech } from '../../index.ts';
import { beside, mouthsAlike, picturesOf } from '../../testing/film-pictures.ts';
import { FilmWriter } from '../film-writer.ts';
import { decodeSpeech } from '../read-speech.ts';

const AVATARS = join(import.meta.dirname, '../../../../../avatars');
const SIDE = 256;
const RATE = 25;
const LONG_MS = 240_000;
/** Mouths of the ones on the left and on the right. */
const LEFT = { left: 0.33 * SIDE, right: 0.67 * SIDE, top: 0.45 * SIDE, bottom: 0.64 * SIDE };
const RIGHT = { ...LEFT, left: LEFT.left + SIDE, right: LEFT.right + SIDE };
/** In decibels: a mouth that is as it was filmed, but for the coding, and one that says something else. */
const AS_FILMED_DB = 38;
const REDRAWN_DB = 34;
const BLANK = (() => {
  const picture = createPicture(SIDE, SIDE);
  picture.data.fill(128);
  return picture;
})();

type Talk = { readonly sound: string; readonly pictures: readonly Picture[] };
let folder: string;
let speech: string;
let [rafael, iris]: Talk[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choose-speaker-'));
  const say = async (text: string, name: string): Promise<string> => {
    const path = join(folder, `${name}.wav`);
    await writeFile(path, wavFile([(await speakWithFlite(text, 'rms')).pcm24k], 24_000));
    return path;
  };
  const talk = async (name: string, text: string): Promise<Talk> => {
    const [sound, path] = [await say(text, name), join(folder, `${name}.mp4`)];
    await renderSpeech(join(AVATARS, name), sound, path, { widthPx: SIDE, heightPx: SIDE });
    return { sound, pictures: (await picturesOf(path)).slice(0, 65) };
  };
  speech = await say('Anna and Bob are always out in the far harbour.', 'speech');
  rafael = await talk('rafael', 'Father walks along the harbour road, and far away.');
  iris = await talk('iris', 'Maybe my mother bought a big apple pie for you.');
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Films a clip of two people side by side, with the sound of a file, and dubs it. */
async function dub(
  name: string,
  pairs: readonly (readonly [Picture, Picture])[],
  sound: string | null,
  speaker: FilmSpeaker,
) {
  const path = join(folder, `${name}.mp4`);
  const writer = await FilmWriter.open({
    path,
    widthPx: 2 * SIDE,
    heightPx: SIDE,
    rate: { quantiser: 12 },
    ...(sound !== null && { sampleRateHz: 48_000 }),
  });
  const pcm = sound === null ? null : (await decodeSpeech(await readFile(sound))).pcm;
  for (const [i, [left, right]] of pairs.entries()) {
    await writer.addPicture(beside(left, right));
    if (pcm !== null) await writer.addSound(pcm.subarray((i * 48_000) / RATE, ((i + 1) * 48_000) / RATE));
  }
  await writer.finish();
  const outPath = join(folder, `${name}-dubbed.mp4`);
  await dubClip({ videoPath: path, audioPath: speech, outPath, options: { syncMode: 'cut_off', speaker } });
  const film = await picturesOf(outPath);
  const clip = (await picturesOf(path)).slice(0, film.length);
  return { left: mouthsAlike(clip, film, LEFT), right: mouthsAlike(clip, film, RIGHT) };
}

function fogged(picture: Picture, share: number): Picture {
  const clear = Math.max(0, Math.min(1, share));
  return { ...picture, data: picture.data.map((value, i) => 128 + clear * (value - 128) + (BLANK.data[i] ?? 0) - 128) };
}

const together = (left: Talk | undefined, right: Talk | undefined) =>
  (left?.pictures ?? []).map((picture, i) => [picture, right?.pictures[i] ?? BLANK] as const);

it(
  'of two whose mouths move, the one speaks whose mouth moves with the sound of the clip',
  async () => {
    const pairs = together(rafael, iris);
    const first = await dub('left-talks', pairs, rafael?.sound ?? null, 'auto');
    expect(first.left).toBeLessThan(REDRAWN_DB);
    expect(first.right).toBeGreaterThan(AS_FILMED_DB);
    const second = await dub('right-talks', pairs, iris?.sound ?? null, 'auto');
    expect(second.left).toBeGreaterThan(AS_FILMED_DB);
    expect(second.right).toBeLessThan(REDRAWN_DB);
  },
  LONG_MS,
);

it(
  'without a sound track the one speaks whose mouth moves',
  async () => {
    const still = { sound: '', pictures: rafael?.pictures.map(() => rafael?.pictures[0] ?? BLANK) ?? [] };
    const { left, right } = await dub('mute', together(still, iris), null, 'auto');
    expect(left).toBeGreaterThan(AS_FILMED_DB);
    expect(right).toBeLessThan(REDRAWN_DB);
  },
  LONG_MS,
);

it(
  'who is pointed at later, where he comes into the picture later, speaks then, and nobody before him',
  async () => {
    // Out of a fog: as a cut it would be another scene.
    const late = { sound: '', pictures: iris?.pictures.map((picture, i) => fogged(picture, (i - 20) / 24)) ?? [] };
    const pairs = together(rafael, late);
    const place = { x: 1.5 * SIDE, y: 0.45 * SIDE };
    const { left, right } = await dub('late', pairs, null, { ...place, timeMs: 2000 });
    expect(left).toBeGreaterThan(AS_FILMED_DB);
    expect(right).toBeLessThan(REDRAWN_DB);
    await expect(dub('nobody', pairs, null, { ...place, timeMs: 200 })).rejects.toThrow(
      /^No face lies at the place of the speaker 0\.2 seconds into the clip\./,
    );
    await expect(dub('after', pairs, null, { ...place, timeMs: 9000 })).rejects.toThrow(
      /^The speaker is looked for 9 seconds into the clip, which ends at 2\.6\./,
    );
  },
  LONG_MS,
);

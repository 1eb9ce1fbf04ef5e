import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBundle, renderSpeech } from '../index.ts';
import { pictureOf, still, writeClip } from '../testing/clips.ts';
import { avatarPhoto } from '../testing/photos.ts';
import { decodeSpeech } from './read-speech.ts';

const AVATAR = join(import.meta.dirname, '../../../../avatars/iris');
const COMMAND = join(import.meta.dirname, '../command.ts');
const RATE_HZ = 16_000;
const SIDE = 128;
let folder: string;
let wav: string;

/** A second of a voice-like buzz between two pauses of 0.4 s. */
function buzz(): Buffer {
  const samples = Int16Array.from({ length: 1.8 * RATE_HZ }, (_unused, i) => {
    const time = i / RATE_HZ;
    if (time < 0.4 || time > 1.4) return 0;
    let sum = 0;
    for (let harmonic = 1; harmonic < 30; harmonic++) {
      const hz = harmonic * 120;
      const formant = 1 / (1 + ((hz - 700) / 150) ** 2) + 0.6 / (1 + ((hz - 1150) / 200) ** 2);
      sum += formant * Math.sin(2 * Math.PI * hz * time);
    }
    return sum * 6000;
  });
  return Buffer.from(wavFile([samples], RATE_HZ));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-speech-'));
  wav = join(folder, 'buzz.wav');
  await writeFile(wav, buzz());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The name of the picture codec, and the luma plane of every picture. */
async function readFilm(path: string): Promise<{ codec: string; pictures: Buffer[] }> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov']);
  const { codec = '', widthPx = 0, heightPx = 0 } = reader.pictures() ?? {};
  const pictures = Array.from(reader.frames('format=yuv420p'), ({ bytes }) => bytes.subarray(0, widthPx * heightPx));
  reader.close();
  return { codec, pictures };
}

it('writes pictures and sound of the same length, and the face moves with the sound', async () => {
  const out = join(folder, 'film.mp4');
  const shares: number[] = [];
  const lengths: number[] = [];
  const { pictureCount, durationMs } = await renderSpeech(AVATAR, wav, out, {
    widthPx: SIDE,
    heightPx: SIDE,
    cachePath: join(folder, 'cache'),
    onLength: (lengthMs) => lengths.push(shares.length, lengthMs),
    onProgress: (share) => shares.push(share),
  });
  expect(durationMs).toBe(pictureCount * 40);
  expect(lengths).toEqual([0, durationMs]);
  expect(pictureCount).toBe(55);
  expect(shares.at(-1)).toBe(1);
  const { codec, pictures } = await readFilm(out);
  expect(codec).toContain('h264');
  expect(pictures).toHaveLength(pictureCount);
  // The sound is kept whole: the buzz starts and ends where it did.
  const { pcm, sampleRateHz } = await decodeSpeech(await readFile(out));
  const loud = pcm.findIndex((value) => Math.abs(value) > 2000) / sampleRateHz;
  expect(Math.abs(loud - 0.4)).toBeLessThan(0.03);
  expect(Math.abs(pcm.length / sampleRateHz - durationMs / 1000)).toBeLessThan(0.05);
  // Around the lips pictures of the vowel differ from those of the pause far more than those of the pause among
  // themselves.
  const mouth = (index: number): number => {
    let sum = 0;
    for (let y = 66; y < 80; y++) for (let x = 54; x < 74; x++) sum += pictures[index]![y * SIDE + x]!;
    return sum / (14 * 20);
  };
  expect(Math.abs(mouth(24) - mouth(4))).toBeGreaterThan(3 * Math.abs(mouth(5) - mouth(4)) + 3);
}, 120_000);

/** Pictures of the avatar saying a sentence with stressed syllables. */
async function filmOf(bundle: string, acting?: boolean): Promise<Buffer[]> {
  const { pcm24k } = await speakWithFlite('Above all, remember that nobody has ever been there before', 'slt');
  const speech = join(folder, 'speech.wav');
  await writeFile(speech, wavFile([pcm24k], 24_000));
  const out = join(folder, `acting-${acting}.mp4`);
  const size = { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') };
  await renderSpeech(bundle, speech, out, { ...size, ...(acting !== undefined && { acting }) });
  return (await readFilm(out)).pictures;
}

/** How much two films differ around eyes and brows, where the mouth does not reach, in each picture. */
function differencesOf(a: readonly Buffer[], b: readonly Buffer[]): number[] {
  expect(a).toHaveLength(b.length);
  return a.map((picture, index) => {
    let sum = 0;
    for (let y = 36; y < 56; y++)
      for (let x = 44; x < 84; x++) sum += Math.abs(picture[y * SIDE + x]! - b[index]![y * SIDE + x]!);
    return sum / (20 * 40);
  });
}

it('nods at stressed syllables, unless it is told not to act', async () => {
  const differences = differencesOf(await filmOf(AVATAR), await filmOf(AVATAR, false));
  expect(Math.max(...differences)).toBeGreaterThan(3);
  expect(differences[0]).toBeLessThan(1);
}, 120_000);

it('an avatar from a clip keeps the motion of its head, unless it is told to act', async () => {
  const clip = join(folder, 'clip.mp4');
  const bundle = join(folder, 'clip-avatar');
  await writeClip(clip, { format: 'mp4' }, still(pictureOf(await avatarPhoto('iris'), 512), 2));
  await createBundle(clip, bundle, { id: 'clip-avatar', displayName: 'Clip' });
  const film = await filmOf(bundle);
  expect(Math.max(...differencesOf(film, await filmOf(bundle, false)))).toBe(0);
  expect(Math.max(...differencesOf(film, await filmOf(bundle, true)))).toBeGreaterThan(3);
}, 120_000);

it('a cancelled film leaves no file', async () => {
  const controller = new AbortController();
  const out = join(folder, 'cancelled.mp4');
  const rendering = renderSpeech(AVATAR, wav, out, {
    widthPx: SIDE,
    heightPx: SIDE,
    cachePath: join(folder, 'cache'),
    signal: controller.signal,
    onProgress: (share) => share > 0.3 && controller.abort(new Error('enough')),
  });
  await expect(rendering).rejects.toThrow('enough');
  expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
}, 120_000);

it('what is no sound, or none at all, is refused with a reason', async () => {
  await expect(decodeSpeech(Buffer.from('#EXTM3U\nhttp://127.0.0.1:9/x.mp3\n'))).rejects.toMatchObject({
    reason: 'not-audio',
  });
  await expect(decodeSpeech(Buffer.alloc(3000, 65))).rejects.toMatchObject({ reason: 'not-audio' });
  await expect(decodeSpeech(buzz().subarray(0, 44))).rejects.toMatchObject({ name: 'SpeechError' });
});

it('the command line explains itself and its failures by exit codes', async () => {
  const run = async (...argv: string[]) =>
    promisify(execFile)(process.execPath, [COMMAND, ...argv]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  const text = join(folder, 'text.png');
  await writeFile(text, 'no picture');
  const [help, wrong, unusable, missing] = await Promise.all([
    run('--help'),
    run('face', 'paint'),
    run('face', 'make', text, '-o', join(folder, 'never')),
    run('face', 'speak', join(folder, 'nowhere'), wav, '-o', join(folder, 'never.mp4')),
  ]);
  expect([help.code, wrong.code, unusable.code, missing.code]).toEqual([0, 2, 3, 1]);
  expect(help.stdout).toContain('visavis face make');
  expect(unusable.stderr).toContain('unknown-file: This file is neither a photo');
  expect(missing.stderr).toContain('manifest.json');
  expect(existsSync(join(folder, 'never'))).toBe(false);
}, 60_000);

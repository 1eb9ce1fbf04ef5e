import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { wavFile } from '@visavis/media/testing';
import { VoiceSampler } from '@visavis/media/voice-sampler';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureOf, still, writeClip } from '../../../../packages/face/src/testing/clips.ts';
import { aperturesOf, picturesOf } from '../../../../packages/face/src/testing/film-pictures.ts';
import { avatarPhoto } from '../../../../packages/face/src/testing/photos.ts';
import { scoreFilm } from '../../../../tools/bench-face/sync-metrics.ts';
import type { FilmTask } from '../control/films/film-workshop.ts';
import { filmServices } from './film-process.ts';

const YUNA = fileURLToPath(new URL('../../../../avatars/yuna', import.meta.url));
const WAV_HEAD_BYTES = 44;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-film-process-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const make = (task: Pick<FilmTask, 'picture' | 'sound'>, signal = new AbortController().signal) => {
  const lengths: number[] = [];
  const previews: Buffer[] = [];
  const { run } = filmServices(folder, { debug() {}, info() {}, warn() {}, error() {} });
  const folders = { workFolder: folder, cacheFolder: join(folder, 'cache'), outPath: join(folder, 'film.mp4') };
  const onLength = (durationMs: number) => lengths.push(durationMs);
  const onPreview = (jpeg: Buffer) => previews.push(jpeg);
  const outcome = run({ ...task, ...folders, options: {} }, { signal, onProgress() {}, onLength, onPreview });
  return { lengths, previews, outcome };
};

test('the length of a film is told as soon as clip and sound are there, before a face is looked for', async () => {
  const path = join(folder, 'wall.mp4');
  await writeClip(path, { format: 'mp4' }, still(pictureOf(null, 64), 1));
  const sound = { kind: 'file', path: join(folder, 'long.wav') } as const;
  await writeFile(sound.path, wavFile([new Int16Array(8_000 * 90)], 8_000));
  const { lengths, outcome } = make({ picture: { kind: 'video', path }, sound });
  expect(await outcome).toMatchObject({ kind: 'refused', code: 'no-face' });
  expect(lengths).toEqual([90_000]);
  // For the films that follow: what this one's programs were compiled to.
  const kept = await readdir(join(folder, 'cache', 'compiled'), { recursive: true });
  expect(kept.length).toBeGreaterThan(100);
});

test('a film shows small pictures of itself while it is drawn', async () => {
  const sound = { kind: 'file', path: join(folder, 'short.wav') } as const;
  await writeFile(sound.path, wavFile([new Int16Array(8_000)], 8_000));
  const { previews, outcome } = make({ picture: { kind: 'bundle', path: YUNA }, sound });
  expect(await outcome).toMatchObject({ kind: 'made', durationMs: 1000 });
  expect(await sharp(previews[0]).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 320 });
  expect(previews[0]?.length).toBeLessThan(60_000);
}, 60_000);

test('a face that waits becomes a silent film of its loop, whole', async () => {
  const { lengths, outcome } = make({ picture: { kind: 'bundle', path: YUNA }, sound: { kind: 'none' } });
  expect(await outcome).toMatchObject({ kind: 'made', durationMs: lengths[0], widthPx: 512, heightPx: 512 });
  const reader = await FilmReader.open(fileOnDisk(join(folder, 'film.mp4'), 'read'), ['mov']);
  expect([reader.sound(), reader.pictures()]).toMatchObject([null, { widthPx: 512, heightPx: 512 }]);
  const luma = Array.from(reader.frames('scale=32:32,format=gray'), ({ bytes }) => Buffer.from(bytes));
  reader.close();
  expect(luma.length * 40).toBe(lengths[0]);
  // From the last picture to the first is no greater a step than from one to the next.
  const step = (from: number, to: number): number => {
    const [a, b] = [luma.at(from) ?? Buffer.alloc(0), luma.at(to) ?? Buffer.alloc(0)];
    return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
  };
  const steps = luma.slice(1).map((_picture, index) => step(index, index + 1));
  expect(step(-1, 0)).toBeLessThanOrEqual(Math.max(...steps));
}, 120_000);

test.each(['clip', 'avatar'])(
  'a text is said by a %s whose lips know what they say',
  async (kind) => {
    const path = join(folder, 'still.mp4');
    await writeClip(path, { format: 'mp4' }, still(pictureOf(await avatarPhoto('iris'), 256), 2));
    const words = {
      text: 'Maybe my mother and Bob bought a big apple pie, and a pumpkin.',
      voice: 'onyx',
      language: 'en',
    };
    const picture = kind === 'clip' ? ({ kind: 'video', path } as const) : ({ kind: 'bundle', path: YUNA } as const);
    const { outcome } = make({ picture, sound: { kind: 'text', ...words } });
    expect(await outcome).toMatchObject({ kind: 'made' });
    const sampler = new VoiceSampler({ debug() {}, info() {}, warn() {}, error() {} });
    const spoken = await sampler.speak(words, new AbortController().signal);
    await sampler.close();
    if (spoken.kind !== 'spoken') throw new Error('Nothing was said.');
    const { phones, wav } = spoken;
    const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + WAV_HEAD_BYTES));
    const { syncR, recall, precision } = scoreFilm(await aperturesOf(await picturesOf(join(folder, 'film.mp4'))), {
      name: words.voice,
      pcm,
      phones,
    });
    expect(syncR).toBeGreaterThan(0.85);
    expect(recall.of).toBeGreaterThan(8);
    expect(recall.hit / recall.of).toBeGreaterThanOrEqual(0.92);
    expect(precision.hit / precision.of).toBeGreaterThanOrEqual(0.88);
  },
  240_000,
);

test.runIf(existsSync('/proc/self/cmdline'))('what is to be said stands in no list of processes', async () => {
  const stop = new AbortController();
  const sound = { kind: 'text', text: 'Nobody may read this.', voice: 'alloy', language: 'en' } as const;
  const { outcome } = make({ picture: { kind: 'bundle', path: folder }, sound }, stop.signal);
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const lines = children.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  stop.abort();
  expect(await outcome).toMatchObject({ kind: 'broke' });
  expect(lines.some((line) => line.includes('film-child'))).toBe(true);
  expect(lines.join()).not.toContain('Nobody may read');
});

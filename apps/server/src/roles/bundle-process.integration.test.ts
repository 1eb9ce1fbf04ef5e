import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BundleTask } from '../control/avatars/making/avatar-workshop.ts';
import { createBundleRunner } from './bundle-process.ts';

const PORTRAIT = fileURLToPath(new URL('../../../../avatars/yuna/thumbnail.webp', import.meta.url));
const FILMS = new URL('../../../../packages/face/src/testing/films/', import.meta.url);
const TURNING_HEAD = fileURLToPath(new URL('turning-head.mp4', FILMS));
const run = createBundleRunner({ debug() {}, info() {}, warn() {}, error() {} });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-making-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function taskFor(inputPath: string): BundleTask {
  return { inputPath, outDir: join(folder, 'made'), id: 'a'.repeat(32), displayName: 'Mia' };
}

/** A grey picture of 256 x 256 pixels, in 24 bits. */
function greyBmp(): Buffer {
  const [side, headerBytes] = [256, 54];
  const file = Buffer.alloc(headerBytes + side * side * 3, 128);
  file.fill(0, 0, headerBytes);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(headerBytes, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(side, 18);
  file.writeInt32LE(side, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

/** A terminal sends these to all processes that belong to it (Linux). */
function hangUpChildren(): void {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  for (const pid of pids) for (const signal of ['SIGINT', 'SIGHUP']) process.kill(Number(pid), signal);
}

/** What the process showed of the file since the test before. */
const pictures: Uint8Array[] = [];
const onPicture = (webp: Uint8Array) => pictures.push(webp);

async function expectPicture(): Promise<void> {
  const [picture, ...more] = pictures.splice(0);
  expect(more).toEqual([]);
  expect(picture?.length).toBeLessThan(60_000);
  expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 320, height: 320 });
}

test('a portrait becomes a bundle in a process of its own, with growing progress [20.26]', async () => {
  const shares: number[] = [];
  const onProgress = (share: number) => {
    // What becomes of the server's terminal is no matter.
    if (shares.length === 0) hangUpChildren();
    shares.push(share);
  };
  const outcome = await run(taskFor(PORTRAIT), { signal: new AbortController().signal, onProgress, onPicture });
  expect(outcome).toEqual({ kind: 'made', thumbnail: 'thumbnail.webp', preview: 'preview.mp4', notice: null });
  await expectPicture();
  expect(shares.length).toBeGreaterThan(10);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  const manifest = JSON.parse(await readFile(join(folder, 'made', 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({ id: 'a'.repeat(32), displayName: 'Mia' });
});

test('a clip that gives no film becomes an avatar from its best picture, and the server is told [20.26]', async () => {
  const task = { ...taskFor(TURNING_HEAD), outDir: join(folder, 'turning') };
  const outcome = await run(task, { signal: new AbortController().signal, onProgress() {}, onPicture });
  const files = { thumbnail: 'thumbnail.webp', preview: 'preview.mp4' };
  expect(outcome).toEqual({ kind: 'made', ...files, notice: 'still-from-clip' });
  await expectPicture();
});

test('a picture without a face is refused with the reason', async () => {
  const inputPath = join(folder, 'grey.bmp');
  await writeFile(inputPath, greyBmp());
  const outcome = await run(taskFor(inputPath), { signal: new AbortController().signal, onProgress() {}, onPicture });
  await expectPicture();
  expect(outcome).toEqual({ kind: 'refused', code: 'no-face', message: expect.stringMatching(/No face was found/) });
});

test('stopping ends the process at once, and no bundle appears', async () => {
  const stop = new AbortController();
  const task = { ...taskFor(PORTRAIT), outDir: join(folder, 'stopped') };
  const outcome = await run(task, { signal: stop.signal, onProgress: () => stop.abort(), onPicture });
  expect(outcome).toMatchObject({ kind: 'broke', detail: expect.stringContaining('SIGKILL') });
  expect(existsSync(task.outDir)).toBe(false);
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPicture } from '../core/picture.ts';
import { seededRandom } from '../core/random.ts';
import { FilmModule, fileInMemory, fileOnDisk } from './film-module.ts';
import { FilmPackets } from './film-packets.ts';
import { FilmError, FilmReader } from './film-reader.ts';
import { MOVING_SIZE, movingPicture } from './moving-picture.ts';
import { PictureEncoder } from './picture-encoder.ts';
import { CodecFault } from './wasm-host.ts';

const SIDE_PX = 64;
const PICTURES = 30;
let folder: string;
let film: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-film-'));
  const path = join(folder, 'film.mp4');
  const packets = await FilmPackets.open(fileOnDisk(path, 'write'), 'mp4');
  const size = { codec: 'h264', widthPx: SIDE_PX, heightPx: SIDE_PX } as const;
  const encoder = await PictureEncoder.open({ ...size, rate: { quantiser: 20 } });
  const picture = createPicture(SIDE_PX, SIDE_PX);
  for (let index = 0; index < PICTURES; index++) {
    picture.data.fill(index * 8, 0, SIDE_PX * SIDE_PX);
    const coded = encoder.encode(picture, index === 0);
    if (coded === null) throw new Error('A picture was left out.');
    if (index === 0) {
      packets.addPictures({ ...size, ticksPerSecond: 1000, head: coded.data });
      packets.addAac(48_000, 64_000);
      packets.begin({ movflags: '+faststart' });
    }
    packets.writePacket(0, coded.data, index * 40, 40, coded.isKeyFrame);
    packets.writeSound(Int16Array.from({ length: 1920 }, (_, i) => 8000 * Math.sin(i / 10)));
  }
  packets.end();
  packets.close();
  encoder.close();
  film = await readFile(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('FFmpeg inside film.wasm is under the LGPL by its own word, built without parts under the GPL', async () => {
  const module = (await FilmModule.load())(fileInMemory(film));
  expect(module.textAt(module.functions.licence())).toBe('LGPL version 2.1 or later');
  const configuration = module.textAt(module.functions.configuration());
  expect(configuration).not.toMatch(/--enable-(gpl|version3|nonfree|lib)/);
  // Whoever built it tells nobody where.
  expect(configuration).not.toContain('/');
});

test('a film written is read again: every picture, and sound of its length', async () => {
  expect(film.indexOf('moov')).toBeLessThan(film.indexOf('mdat'));
  const reader = await FilmReader.open(fileInMemory(film), ['mov']);
  expect(reader.pictures()).toMatchObject({
    codec: 'h264',
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    picturesPerSecond: 25,
  });
  expect(reader.durationS).toBeCloseTo(PICTURES / 25, 1);
  const times: number[] = [];
  const levels = Array.from(
    reader.frames('format=yuv420p', (timeS) => times.push(timeS)),
    ({ bytes }) => bytes[SIDE_PX * 32 + 32] ?? 0,
  );
  expect(levels).toHaveLength(PICTURES);
  for (const [index, level] of levels.entries()) expect(Math.abs(level - index * 8)).toBeLessThan(5);
  expect(times.at(-1)).toBeCloseTo((PICTURES - 1) / 25);
  reader.close();
  const sound = await FilmReader.open(fileInMemory(film), ['mov']);
  expect(sound.sound()).toEqual({ stream: 1, codec: 'aac', sampleRateHz: 48_000, channelCount: 1 });
  const bytes = Array.from(sound.frames('aformat=sample_fmts=s16'), (frame) => frame.bytes.byteLength);
  expect(Math.abs(bytes.reduce((sum, count) => sum + count) / 2 - PICTURES * 1920)).toBeLessThan(2048);
  sound.close();
});

test('pictures that vector code decodes are those that the plain code of FFmpeg does', async () => {
  const path = join(folder, 'moving.mp4');
  const packets = await FilmPackets.open(fileOnDisk(path, 'write'), 'mp4');
  const size = { codec: 'h264', ...MOVING_SIZE } as const;
  const encoder = await PictureEncoder.open({ ...size, rate: { quantiser: 26 } });
  const random = seededRandom('shapes');
  for (let index = 0; index < 20; index++) {
    const coded = encoder.encode(movingPicture(index, random), index % 9 === 0);
    if (coded === null) throw new Error('A picture was left out.');
    if (index === 0) {
      packets.addPictures({ ...size, ticksPerSecond: 1000, head: coded.data });
      packets.begin();
    }
    packets.writePacket(0, coded.data, index * 40, 40, coded.isKeyFrame);
  }
  packets.end();
  packets.close();
  encoder.close();
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov']);
  reader.pictures();
  const hash = createHash('sha256');
  for (const { bytes } of reader.frames('null')) hash.update(bytes);
  reader.close();
  expect(hash.digest('hex').slice(0, 16)).toBe('acb8daf3a36f6a91');
});

test('only the containers that were asked for are opened', async () => {
  await expect(FilmReader.open(fileInMemory(film), ['matroska', 'wav'])).rejects.toThrow(FilmError);
  const playlist = Buffer.from('#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n');
  await expect(FilmReader.open(fileInMemory(playlist), ['mov', 'matroska', 'mp3'])).rejects.toThrow(FilmError);
});

test('an error of the file system comes out as it was', async () => {
  const full = new Error('The disk is full.');
  const failing = {
    ...fileInMemory(film),
    write: () => {
      throw full;
    },
  };
  const packets = await FilmPackets.open(failing, 'webm');
  packets.addPictures({ codec: 'vp8', widthPx: SIDE_PX, heightPx: SIDE_PX, ticksPerSecond: 1000 });
  expect(() => {
    packets.begin();
    packets.writePacket(0, Buffer.alloc(100_000), 0, 40, true);
    packets.end();
  }).toThrow(full);
  expect(() => packets.close()).not.toThrow(CodecFault);
});

test('three hundred damaged films end their own reader and nothing else', async () => {
  const random = seededRandom('damaged films');
  const open = await FilmReader.prepare();
  let refused = 0;
  let decoded = 0;
  for (let count = 0; count < 300; count++) {
    const damaged = Buffer.from(film);
    for (let hit = 0; hit < 1 + (count % 12); hit++) {
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    }
    const cut = count % 5 === 0 ? damaged.subarray(0, Math.floor(random() * damaged.length)) : damaged;
    let reader: FilmReader | null = null;
    try {
      reader = open(fileInMemory(cut), ['mov', 'matroska']);
      if (reader.pictures() === null) throw new FilmError('no pictures');
      decoded += [
        ...reader.frames('fps=25,format=rgb24', (timeS) => {
          if (timeS > 10) throw new FilmError('far');
        }),
      ].length;
    } catch (error) {
      if (!(error instanceof FilmError || error instanceof CodecFault)) throw error;
      refused += 1;
    } finally {
      reader?.close();
    }
  }
  expect(refused).toBeGreaterThan(25);
  expect(decoded).toBeGreaterThan(300);
}, 120_000);

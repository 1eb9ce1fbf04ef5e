import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { avatarPhoto, open, type RawPhoto } from '../testing/photos.ts';
import { decodePhoto } from './decode-photo.ts';

const JPEG_END_BYTES = 2;
let small: RawPhoto;
/** A studio photo: plain white in its lower half. */
let studio: Buffer;

beforeAll(async () => {
  const woman = await avatarPhoto('iris');
  const { data, info } = await open(woman).resize(320, 240).raw().toBuffer({ resolveWithObject: true });
  small = { width: info.width, height: info.height, data };
  const white = { create: { width: 320, height: 120, channels: 3 as const, background: '#fff' } };
  studio = await open(small)
    .composite([{ input: white, left: 0, top: 120 }])
    .jpeg()
    .toBuffer();
});

async function expectSame(file: Buffer, whole: Buffer, atMost = 0): Promise<void> {
  const [found, wanted] = [await decodePhoto(file), await decodePhoto(whole)];
  expect([found.width, found.height]).toEqual([wanted.width, wanted.height]);
  const difference = found.data.reduce((sum, value, i) => sum + Math.abs(value - (wanted.data[i] ?? 0)), 0);
  expect(difference / found.data.length).toBeLessThanOrEqual(atMost);
}

async function expectCorrupt(file: Buffer): Promise<void> {
  await expect(decodePhoto(file)).rejects.toMatchObject({ name: 'InputError', reason: 'corrupt' });
}

describe('photos without their end', () => {
  it('a JPEG of a studio, with a plain white floor', async () => {
    await expectSame(studio.subarray(0, -JPEG_END_BYTES), studio);
  });

  it('a JPEG that lies on its side, of which half is missing, is damaged', async () => {
    const lying = await open(small).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await expectSame(lying.subarray(0, -JPEG_END_BYTES), lying);
    await expectCorrupt(lying.subarray(0, lying.length >> 1));
  });

  it('a JPEG whose head holds a whole thumbnail and whose picture is missing is damaged', async () => {
    const thumbnail = await open(small).resize(80).jpeg().toBuffer();
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(thumbnail.length + 2, 2);
    const photo = Buffer.concat([studio.subarray(0, 2), head, thumbnail, studio.subarray(2)]);
    await expectSame(photo, studio);
    await expectCorrupt(photo.subarray(0, head.length + thumbnail.length + 900));
  });

  it.each([
    ['a usual WebP', { quality: 90 }, false],
    ['a lossless WebP', { lossless: true }, false],
    ['a WebP with transparent parts', { quality: 90 }, true],
  ] as const)('%s', async (_, options, isTransparent) => {
    const mask = Buffer.alloc(320 * 240, 255).fill(0, 0, 320 * 40);
    const image = open(small);
    if (isTransparent) image.joinChannel(mask, { raw: { width: 320, height: 240, channels: 1 } });
    const webp = await image.webp(options).toBuffer();
    for (const bytes of [1, 2, 12, 100]) await expectSame(webp.subarray(0, -bytes), webp, 1);
    await expectCorrupt(webp.subarray(0, webp.length >> 1));
  });
});

it('a motion photo is the photo, whatever its film holds', async () => {
  const film = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42', 'latin1'), Buffer.alloc(4000, 7)]);
  for (let at = 100; at < 4000; at += 500) film.set([0xff, 0xda, 0, 8], at);
  await expectSame(Buffer.concat([studio, film]), studio);
});

describe('colours', () => {
  /** Display P3 (208, 150, 125), (90, 160, 90), (60, 80, 170) and grey, in the colours of an ordinary screen. */
  const PATCHES = [
    [218, 147, 120],
    [61, 162, 81],
    [54, 81, 176],
    [128, 128, 128],
  ];

  async function expectPatches(heic: Buffer): Promise<void> {
    const photo = await decodePhoto(heic);
    expect([photo.width, photo.height]).toEqual([64, 128]);
    for (const [i, wanted] of PATCHES.entries()) {
      const at = ((112 - 32 * i) * 64 + 32) * 3;
      for (let c = 0; c < 3; c++) expect(Math.abs((photo.data[at + c] ?? 0) - (wanted[c] ?? 0))).toBeLessThan(4);
    }
  }

  it("an iPhone's HEIC: Display P3, in a grid of pieces, turned by its header", async () => {
    await expectPatches(await readFile(join(import.meta.dirname, '../testing/display-p3.heic')));
  });

  it('a HEIC that names Display P3 by its number', async () => {
    const heic = await readFile(join(import.meta.dirname, '../testing/display-p3.heic'));
    const at = heic.indexOf('colrprof', 0, 'latin1');
    heic.write('nclx', at + 4, 'latin1');
    for (const [i, value] of [12, 13, 6].entries()) heic.writeUInt16BE(value, at + 8 + 2 * i);
    heic[at + 14] = 0x80;
    await expectPatches(heic);
  });

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('Display P3 in %s is converted', async (format) => {
    const photo = await open(small).withIccProfile('p3').toFormat(format, { quality: 95 }).toBuffer();
    const { data } = await decodePhoto(photo);
    const difference = data.reduce((sum, value, i) => sum + Math.abs(value - (small.data[i] ?? 0)), 0);
    expect(difference / data.length).toBeLessThan(3);
  });
});

describe('packed bitmaps', () => {
  const COLOURS = [
    [0, 0, 255, 0],
    [0, 255, 0, 0],
    [255, 0, 0, 0],
    [255, 255, 255, 0],
  ].flat();

  /** Four by two pixels, the lower row first. */
  function packed(bits: 4 | 8, packing: 1 | 2, pixels: readonly number[]): Buffer {
    const head = Buffer.alloc(54);
    head.write('BM', 'latin1');
    head.writeUInt32LE(54 + COLOURS.length + pixels.length, 2);
    head.writeUInt32LE(54 + COLOURS.length, 10);
    head.writeUInt32LE(40, 14);
    head.writeInt32LE(4, 18);
    head.writeInt32LE(2, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(packing, 30);
    head.writeUInt32LE(4, 46);
    return Buffer.concat([head, Buffer.from(COLOURS), Buffer.from(pixels)]);
  }

  const [red, green, blue, white] = [
    [255, 0, 0] as const,
    [0, 255, 0] as const,
    [0, 0, 255] as const,
    [255, 255, 255] as const,
  ];

  it.each([
    ['runs of bytes', packed(8, 1, [0, 3, 0, 1, 2, 0, 1, 3, 0, 0, 4, 2, 0, 1])],
    [
      'a row of bytes in which some are left out',
      packed(8, 1, [1, 0, 1, 1, 1, 2, 1, 3, 0, 0, 1, 2, 0, 2, 0, 0, 3, 2, 0, 1]),
    ],
    ['runs of half bytes', packed(4, 2, [0, 4, 0x01, 0x23, 0, 0, 4, 0x22, 0, 1])],
  ])('%s', async (_, file) => {
    const { width, height, data } = await decodePhoto(file);
    expect([width, height]).toEqual([4, 2]);
    expect([...data]).toEqual([blue, blue, blue, blue, red, green, blue, white].flat());
  });

  it('one that ends in its first row is damaged', async () => {
    await expectCorrupt(packed(8, 1, [4, 0]));
  });
});

it('a bitmap without its last bytes is taken, without half of itself it is not', async () => {
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(small.width, 18);
  head.writeInt32LE(-small.height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  const bgr = await sharp(small.data, { raw: { width: small.width, height: small.height, channels: 3 } })
    .recomb([
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ])
    .raw()
    .toBuffer();
  const file = Buffer.concat([head, bgr]);
  const whole = await decodePhoto(file);
  expect(Buffer.from(whole.data).equals(small.data)).toBe(true);
  await expectSame(file.subarray(0, -100), file, 0.1);
  await expectCorrupt(file.subarray(0, file.length >> 1));
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait, PORTRAIT_SIDE } from '../landmarks/find-portrait.ts';
import { rollOf } from '../landmarks/mesh-points.ts';
import {
  avatarPhoto,
  catPhoto,
  jpegOf,
  litFromAbove,
  masked,
  open,
  type RawPhoto,
  sideBySide,
  smallOnWall,
  turned,
} from '../testing/photos.ts';
import { decodeHeic } from './decode-heic.ts';
import { decodePhoto } from './decode-photo.ts';

let finder: FaceFinder;
let woman: RawPhoto;
let man: RawPhoto;

beforeAll(async () => {
  finder = await FaceFinder.open();
  [woman, man] = await Promise.all([avatarPhoto('iris'), avatarPhoto('marcus')]);
});
afterAll(() => finder.close());

async function portraitOf(bytes: Uint8Array) {
  return findPortrait(finder, await decodePhoto(bytes));
}

/** A PNG whose header promises `width` x `height` pixels and that holds none of them. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const framed = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), body, Buffer.alloc(4)]);
    framed.writeUInt32BE(body.length, 0);
    framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4);
    return framed;
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(64)))]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function bmpOf(photo: RawPhoto): Buffer {
  const rowBytes = Math.ceil((photo.width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * photo.height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(photo.width, 18);
  file.writeInt32LE(photo.height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < photo.height; y++) {
    for (let x = 0; x < photo.width; x++) {
      const from = ((photo.height - 1 - y) * photo.width + x) * 3;
      const to = 54 + y * rowBytes + x * 3;
      for (let c = 0; c < 3; c++) file[to + c] = photo.data[from + 2 - c]!;
    }
  }
  return file;
}

type BmpKind = { readonly header: 12 | 40 | 108 | 124; readonly bits: 8 | 24 };

const BMP_KINDS: [string, BmpKind][] = [
  ['the header of OS/2', { header: 12, bits: 24 }],
  ['the header of OS/2 and a palette', { header: 12, bits: 8 }],
  ['a palette', { header: 40, bits: 8 }],
  ['the fourth header', { header: 108, bits: 24 }],
  ['the fifth header', { header: 124, bits: 24 }],
];

/** Two by two pixels: red, green, and below them blue, white. */
function bmpOfKind({ header, bits }: BmpKind): Buffer {
  const colours = [
    [0, 0, 255],
    [0, 255, 0],
    [255, 0, 0],
    [255, 255, 255],
  ];
  const palette = bits === 8 ? colours.flatMap((bgr) => (header === 12 ? bgr : [...bgr, 0])) : [];
  const pixels = bits === 8 ? [2, 3, 0, 0, 0, 1, 0, 0] : [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0];
  const head = Buffer.alloc(14 + header);
  head.write('BM', 'latin1');
  head.writeUInt32LE(14 + header + palette.length + pixels.length, 2);
  head.writeUInt32LE(14 + header + palette.length, 10);
  head.writeUInt32LE(header, 14);
  if (header === 12) {
    for (const [i, value] of [2, 2, 1, bits].entries()) head.writeUInt16LE(value, 18 + 2 * i);
  } else {
    head.writeInt32LE(2, 18);
    head.writeInt32LE(2, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(0, 30);
    head.writeUInt32LE(bits === 8 ? 4 : 0, 46);
  }
  return Buffer.concat([head, Buffer.from(palette), Buffer.from(pixels)]);
}

describe('files', () => {
  it.each([
    ['a text named .png', Buffer.from('Hello, this is a text and no picture.\n'.repeat(10))],
    ['a Windows program', Buffer.concat([Buffer.from('MZ\x90\x00'), Buffer.alloc(2000, 7)])],
    ['a Linux program', Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(2000, 7)])],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['an empty file', Buffer.alloc(0)],
  ])('%s is not an image', async (_name, bytes) => {
    await expect(decodePhoto(bytes)).rejects.toMatchObject({ name: 'InputError', reason: 'not-an-image' });
  });

  it('a damaged picture is told from a foreign file', async () => {
    const jpeg = await jpegOf(woman);
    const png = await open(woman).resize(200).png().toBuffer();
    png.fill(0x55, png.length >> 1, (png.length >> 1) + 400);
    const bmp = bmpOf(await smallRaw(woman)).subarray(0, 4000);
    for (const bytes of [jpeg.subarray(0, jpeg.length >> 2), jpeg.subarray(0, 40), png, bmp]) {
      await expect(decodePhoto(bytes)).rejects.toMatchObject({ reason: 'corrupt' });
    }
  });

  it('a photo without its last bytes is taken, without much of itself it is not', async () => {
    const jpeg = await jpegOf(woman);
    const png = await open(woman).resize(200).png().toBuffer();
    const whole = await decodePhoto(jpeg);
    const cut = await decodePhoto(jpeg.subarray(0, -2));
    expect(Buffer.from(cut.data).equals(whole.data)).toBe(true);
    for (const photo of [jpeg.subarray(0, -400), png.subarray(0, -12), png.subarray(0, -300)]) {
      expect((await decodePhoto(photo)).width).toBeGreaterThan(100);
    }
    for (const photo of [jpeg.subarray(0, jpeg.length >> 1), png.subarray(0, png.length >> 1)]) {
      await expect(decodePhoto(photo)).rejects.toMatchObject({ reason: 'corrupt' });
    }
  });

  it('HEIC, as phones write it, and AVIF are decoded', async () => {
    const heic = await readFile(join(import.meta.dirname, '../testing/portrait.heic'));
    expect(await decodePhoto(heic)).toMatchObject({ width: 512, height: 512 });
    const limits = { maxPixels: 512 * 512 - 1, mostMissing: 0, backdropGrey: 0 };
    await expect(decodeHeic(heic, limits)).rejects.toMatchObject({ reason: 'too-large' });
    expect((await portraitOf(heic)).image.width).toBe(PORTRAIT_SIDE);
    const avif = await decodePhoto(await open(woman).avif({ quality: 90 }).toBuffer());
    const difference = avif.data.reduce((sum, value, i) => sum + Math.abs(value - woman.data[i]!), 0);
    expect(difference / avif.data.length).toBeLessThan(3);
    await expect(decodePhoto(heic.subarray(0, heic.length >> 1))).rejects.toMatchObject({ reason: 'corrupt' });
  });

  it.each(BMP_KINDS)('a bitmap with %s is decoded', async (_name, kind) => {
    const { data } = await decodePhoto(bmpOfKind(kind));
    // Two rows of red, green and blue, white.
    expect([...data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('an animation is refused', async () => {
    const frames = Buffer.alloc(32 * 64 * 3, 40).fill(200, 0, 32 * 32 * 3);
    const webp = await sharp(frames, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } })
      .webp({ delay: [100, 100], loop: 0 })
      .toBuffer();
    await expect(decodePhoto(webp)).rejects.toMatchObject({ reason: 'animated' });
  });

  it('a picture of 100 megapixels is refused by its header, without memory for its pixels', async () => {
    const bmp = bmpOf({ width: 2, height: 2, data: Buffer.alloc(12) });
    bmp.writeInt32LE(10_000, 18);
    bmp.writeInt32LE(-10_000, 22);
    const before = process.memoryUsage().rss;
    for (const bytes of [pngHeader(10_000, 10_000), pngHeader(2_000_000, 2_000_000), bmp]) {
      await expect(decodePhoto(bytes)).rejects.toMatchObject({ reason: 'too-large' });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });

  it('the type comes from the content, and every format gives the same picture', async () => {
    const small = await smallRaw(woman);
    const png = await decodePhoto(await open(small).png().toBuffer());
    expect(Buffer.from(png.data).equals(small.data)).toBe(true);
    expect(Buffer.from((await decodePhoto(bmpOf(small))).data).equals(small.data)).toBe(true);
    const webp = await decodePhoto(await open(small).webp({ lossless: true }).toBuffer());
    expect(Buffer.from(webp.data).equals(small.data)).toBe(true);
  });

  it('EXIF orientation is applied', async () => {
    const { data, info } = await open(woman).resize(400, 300).raw().toBuffer({ resolveWithObject: true });
    const scene = { width: info.width, height: info.height, data };
    const lying = await open(scene).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await decodePhoto(lying);
    expect([upright.width, upright.height]).toEqual([400, 300]);
    expect(Buffer.from(upright.data).equals(data)).toBe(true);
  });
});

async function smallRaw(photo: RawPhoto): Promise<RawPhoto> {
  const { data, info } = await open(photo).resize(90, 90).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

describe('faces', () => {
  it('a blank wall and noise hold no face', async () => {
    const create = { width: 640, height: 480, channels: 3 as const, background: '#c8c8c8' };
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
    for (const image of [sharp({ create }), sharp({ create: { ...create, noise } })]) {
      await expect(portraitOf(await image.png().toBuffer())).rejects.toMatchObject({ reason: 'no-face' });
    }
  });

  it('a cat is nobody', async () => {
    const cat = await catPhoto();
    for (const photo of [
      cat,
      await sharp(cat).greyscale().jpeg().toBuffer(),
      await sharp(cat).resize(1200).toBuffer(),
    ]) {
      await expect(portraitOf(photo)).rejects.toMatchObject({ reason: 'no-face' });
    }
  });

  it('two people are too many; someone small in the background is not', async () => {
    await expect(portraitOf(await sideBySide(woman, man))).rejects.toMatchObject({ reason: 'several-faces' });
    const far = await open(man).resize(230).png().toBuffer();
    const group = await open(woman)
      .composite([{ input: far, left: 780, top: 60 }])
      .jpeg()
      .toBuffer();
    expect((await portraitOf(group)).image.width).toBe(PORTRAIT_SIDE);
  });

  it('a face below 60 pixels is too small, also where the detector sees it in parts only', async () => {
    await expect(portraitOf(await smallOnWall(woman, 130, 900))).rejects.toMatchObject({ reason: 'face-too-small' });
    await expect(portraitOf(await smallOnWall(woman, 150, 3000))).rejects.toMatchObject({ reason: 'face-too-small' });
  });

  it('a head turned far aside is refused, one turned a little is not', async () => {
    await expect(portraitOf(await jpegOf(turned(woman, 50)))).rejects.toMatchObject({ reason: 'face-turned-away' });
    for (const degrees of [12, 40]) {
      // What is painted on a cylinder looks turned by 24 degrees to the mesh when it is turned by 40.
      expect((await portraitOf(await jpegOf(turned(woman, degrees)))).image.width).toBe(PORTRAIT_SIDE);
    }
  });

  it('a face that fills the picture is one face', async () => {
    for (const side of [400, 370, 310]) {
      const place = { left: 512 - side / 2, top: 430 - side / 2, width: side, height: side };
      expect((await portraitOf(await open(man).extract(place).png().toBuffer())).image.width).toBe(PORTRAIT_SIDE);
    }
  });

  it('light from above and a chin in the shade cover no mouth', async () => {
    for (const photo of [man, await avatarPhoto('rafael'), woman]) {
      expect((await portraitOf(await jpegOf(litFromAbove(photo)))).image.width).toBe(PORTRAIT_SIDE);
    }
  });

  it.each(['#f4f4f4', '#7fb2d8', '#202020'])('a mask of colour %s covers the mouth', async (colour) => {
    await expect(portraitOf(await masked(man, colour))).rejects.toMatchObject({ reason: 'mouth-covered' });
  });

  it('a photo lying on its side, leaning, mirrored, dark or colourless still gives a portrait', async () => {
    const variants = [
      open(woman).rotate(90),
      open(woman).rotate(-20, { background: '#777' }),
      open(woman).flop(),
      open(woman).linear(0.3, 0),
      open(woman).greyscale().toColourspace('srgb'),
    ];
    for (const variant of variants) {
      const { points } = await portraitOf(await variant.jpeg().toBuffer());
      expect(Math.abs(rollOf(points))).toBeLessThan(0.25);
    }
  });
});

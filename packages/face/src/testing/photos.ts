import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const AVATARS = join(import.meta.dirname, '../../../../avatars');
export const SHIPPED_AVATARS = ['iris', 'marcus', 'yuna', 'rafael'] as const;

export type RawPhoto = { readonly width: number; readonly height: number; readonly data: Buffer };

/** A shipped avatar's resting picture as a photo would show it: 1024 pixels square, RGB. */
export async function avatarPhoto(id: (typeof SHIPPED_AVATARS)[number]): Promise<RawPhoto> {
  const person = await sharp(join(AVATARS, id, 'person.webp')).toBuffer();
  const composed = await sharp(join(AVATARS, id, 'background.webp'))
    .composite([{ input: person }])
    .png()
    .toBuffer();
  return rawOf(composed);
}

export function open(photo: RawPhoto): Sharp {
  return sharp(photo.data, { raw: { width: photo.width, height: photo.height, channels: 3 } });
}

export async function jpegOf(photo: RawPhoto): Promise<Buffer> {
  return open(photo).jpeg({ quality: 92 }).toBuffer();
}

/** Two photos beside each other. */
export async function sideBySide(left: RawPhoto, right: RawPhoto): Promise<Buffer> {
  return sharp({ create: { width: left.width + right.width, height: left.height, channels: 3, background: '#888' } })
    .composite([
      { input: await open(left).png().toBuffer(), left: 0, top: 0 },
      { input: await open(right).png().toBuffer(), left: left.width, top: 0 },
    ])
    .jpeg()
    .toBuffer();
}

/** The photo, `side` pixels large, on a plain wall. */
export async function smallOnWall(photo: RawPhoto, side: number, wall: number): Promise<Buffer> {
  return sharp({ create: { width: wall, height: wall, channels: 3, background: '#9a9a94' } })
    .composite([{ input: await open(photo).resize(side, side).png().toBuffer(), left: wall >> 1, top: wall >> 1 }])
    .jpeg()
    .toBuffer();
}

/** A bright forehead, and from the nose down growing shade. */
export function litFromAbove(photo: RawPhoto): RawPhoto {
  const data = Buffer.from(photo.data);
  for (let y = 0; y < photo.height; y++) {
    const shade = Math.min(1, Math.max(0, (y - 430) / 120));
    const light = 1.9 * (1 - shade) + 0.45 * shade;
    const end = (y + 1) * photo.width * 3;
    for (let i = y * photo.width * 3; i < end; i++) data[i] = Math.min(255, (data[i] ?? 0) * light);
  }
  return { ...photo, data };
}

/** The head turned about its vertical axis, as if it were painted on a cylinder. */
export function turned(photo: RawPhoto, degrees: number): RawPhoto {
  const { width, height } = photo;
  const data = Buffer.alloc(photo.data.length, 128);
  const turn = (degrees * Math.PI) / 180;
  const radius = 0.24 * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const aside = (x - width / 2) / radius;
      if (Math.abs(aside) >= 1) continue;
      const angle = Math.asin(aside) - turn;
      if (Math.abs(angle) > 1.5) continue;
      const from = (y * width + Math.round(width / 2 + radius * Math.sin(angle))) * 3;
      photo.data.copy(data, (y * width + x) * 3, from, from + 3);
    }
  }
  return { width, height, data };
}

/** A surgical mask drawn over the lower face of a shipped avatar. */
export async function masked(photo: RawPhoto, colour: string): Promise<Buffer> {
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="${photo.width}" height="${photo.height}">
    <path d="M340 470 Q512 420 684 470 L650 640 Q512 740 374 640 Z" fill="${colour}"/></svg>`;
  return open(photo)
    .composite([{ input: Buffer.from(mask) }])
    .jpeg()
    .toBuffer();
}

/** Pixels of an encoded picture. */
export async function rawOf(encoded: Buffer): Promise<RawPhoto> {
  const { data, info } = await sharp(encoded).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Chelsea the cat: `data.chelsea` of scikit-image, "CC0 by the photographer (Stefan van der Walt)". */
export function catPhoto(): Promise<Buffer> {
  return readFile(join(import.meta.dirname, 'cat.jpg'));
}

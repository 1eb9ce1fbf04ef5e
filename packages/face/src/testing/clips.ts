import { readFile, writeFile } from 'node:fs/promises';
import { FilmPackets, fileOnDisk, PictureEncoder } from '@visavis/media/codecs';
import { createPicture, type Picture } from '@visavis/media/core';
import type { RawPhoto } from './photos.ts';

export type ClipFormat = {
  readonly format: 'mp4' | 'mov' | 'webm';
  /** As browsers record: the header does not say how long it is. */
  readonly isLive?: boolean;
  /** MP4 and MOV: what is heard, at 48 kHz, a sample of each channel in turn. */
  readonly sound?: { readonly pcm: Int16Array; readonly channels: 1 | 2 };
};

const TICKS_PER_SECOND = 1000;

/** Writes a clip (H.264, or VP8 into WebM) of pictures shown from the given times on, in seconds. */
export async function writeClip(
  path: string,
  { format, isLive = false, sound }: ClipFormat,
  pictures: Iterable<readonly [timeS: number, picture: Picture]>,
): Promise<void> {
  const codec = format === 'webm' ? 'vp8' : 'h264';
  const film = await FilmPackets.open(fileOnDisk(path, 'write'), format);
  let encoder: PictureEncoder | null = null;
  let track = -1;
  let shownAtS = 0;
  try {
    for (const [timeS, picture] of pictures) {
      const { width: widthPx, height: heightPx } = picture;
      const rate = codec === 'vp8' ? { kbps: 2000 } : { quantiser: 12 };
      encoder ??= await PictureEncoder.open({ codec, widthPx, heightPx, rate });
      const coded = encoder.encode(picture, track < 0);
      if (coded === null) throw new Error('A picture was left out.');
      if (track < 0) {
        const size = { codec, widthPx, heightPx, ticksPerSecond: TICKS_PER_SECOND } as const;
        track = film.addPictures(codec === 'h264' ? { ...size, head: coded.data } : size);
        if (sound !== undefined) film.addAac(48_000, 160_000, sound.channels);
        film.begin(isLive ? { live: '1' } : {});
      }
      // The last picture is shown as long as the one before it.
      const durationMs = (timeS - shownAtS) * 1000;
      shownAtS = timeS;
      film.writePacket(track, coded.data, timeS * 1000, durationMs, coded.isKeyFrame);
    }
    if (sound !== undefined) film.writeSound(sound.pcm);
    film.end();
  } finally {
    encoder?.close();
    film.close();
  }
}

/** `picture` shown `rate` times a second. */
export function* still(picture: Picture, seconds: number, rate = 25): Generator<readonly [number, Picture]> {
  for (let index = 0; index < seconds * rate; index++) yield [index / rate, picture];
}

/** Says in the header of an MP4 or MOV file that its picture is shown turned clockwise by 90 degrees (ISO 14496-12, 8.3.2). */
export async function turnClip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const matrixAt = bytes.indexOf('tkhd', 0, 'latin1') + 44;
  const one = 0x1_00_00;
  for (const [index, value] of [0, one, 0, -one, 0, 0, 0, 0, 0x40_00_00_00].entries()) {
    bytes.writeInt32BE(value, matrixAt + 4 * index);
  }
  await writeFile(path, bytes);
}

/** Says in a WebM file's VP8 key pictures that the last column and row of theirs are not shown (RFC 6386, 9.1). */
export async function cutToOddSides(path: string): Promise<void> {
  const bytes = await readFile(path);
  const startCode = Buffer.from([0x9d, 0x01, 0x2a]);
  for (let at = bytes.indexOf(startCode); at >= 0; at = bytes.indexOf(startCode, at + 1)) {
    for (const sideAt of [at + 3, at + 5]) bytes.writeUInt16LE(bytes.readUInt16LE(sideAt) - 1, sideAt);
  }
  await writeFile(path, bytes);
}

/** A square photo as a picture of `side` pixels without colour; grey without a photo. */
export function pictureOf(photo: RawPhoto | null, side: number): Picture {
  const picture = createPicture(side, side);
  picture.data.fill(128);
  if (photo === null) return picture;
  for (let i = 0; i < side * side; i++) {
    const x = Math.floor(((i % side) * photo.width) / side);
    const y = Math.floor((Math.floor(i / side) * photo.height) / side);
    const from = (y * photo.width + x) * 3;
    const [red = 0, green = 0, blue = 0] = photo.data.subarray(from, from + 3);
    picture.data[i] = 16 + 0.85 * ((red + green + blue) / 3);
  }
  return picture;
}

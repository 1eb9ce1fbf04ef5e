import { readFile, writeFile } from 'node:fs/promises';
import { Encoder, Muxer } from 'node-av/api';
import { AV_LOG_FATAL, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBVPX_VP8, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { Frame, Log } from 'node-av/lib';
import { createPicture, type Picture } from '../../core/picture.ts';
import type { RawPhoto } from './photos.ts';

export type ClipFormat = {
  readonly format: 'mp4' | 'mov' | 'webm';
  /** As browsers record: the header does not say how long it is. */
  readonly isLive?: boolean;
};

const TICKS_PER_SECOND = 1000;

/** Writes a clip (H.264, or VP8 into WebM) of pictures shown from the given times on, in seconds. */
export async function writeClip(
  path: string,
  { format, isLive = false }: ClipFormat,
  pictures: Iterable<readonly [timeS: number, picture: Picture]>,
): Promise<void> {
  Log.setLevel(AV_LOG_FATAL);
  const muxer = await Muxer.open(path, { format, options: isLive ? { live: 1 } : {} });
  const encoder =
    format === 'webm'
      ? await Encoder.create(FF_ENCODER_LIBVPX_VP8, {
          context: { bitRate: 2_000_000 },
          options: { deadline: 'realtime', 'cpu-used': 8 },
        })
      : await Encoder.create(FF_ENCODER_LIBX264, { options: { preset: 'ultrafast', crf: 20 } });
  const stream = muxer.addStream(encoder);
  const encode = async (frame: Frame | null): Promise<void> => {
    const packets = await encoder.encodeAll(frame);
    frame?.free();
    for (const packet of packets) {
      await muxer.writePacket(packet, stream);
      packet.free();
    }
  };
  for (const [timeS, { data, width, height }] of pictures) {
    const frame = Frame.fromVideoBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), {
      width,
      height,
      format: AV_PIX_FMT_YUV420P,
      timeBase: { num: 1, den: TICKS_PER_SECOND },
      pts: BigInt(Math.round(timeS * TICKS_PER_SECOND)),
    });
    await encode(frame);
  }
  await encode(null);
  encoder.close();
  await muxer.close();
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

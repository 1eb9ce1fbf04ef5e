import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPicture } from '../core/picture.ts';
import { seededRandom } from '../core/random.ts';
import { callCodecs } from './call-codecs.ts';
import { MOVING_SIZE, movingPicture } from './moving-picture.ts';
import { PictureEncoder } from './picture-encoder.ts';
import { CodecFault } from './wasm-host.ts';

const SIZE = { widthPx: 64, heightPx: 64 };

test('a codec that fails inside ends its own encoder; the next one is opened in memory of its own', async () => {
  const picture = createPicture(64, 64);
  const faulty = await PictureEncoder.open({ codec: 'vp8', ...SIZE, rate: { kbps: 100 } });
  const before = await callCodecs();
  // What a fault of the library looks like: its own tables hold nonsense.
  new Uint8Array(before.memory.buffer).fill(0xff);
  expect(() => faulty.encode(picture, true)).toThrow(CodecFault);
  expect(faulty.encode(picture, true)).toBeNull();
  faulty.close();
  await expect.poll(async () => (await callCodecs()) === before).toBe(false);
  const next = await PictureEncoder.open({ codec: 'vp8', ...SIZE, rate: { kbps: 100 } });
  expect(next.encode(picture, true)).toMatchObject({ isKeyFrame: true });
  next.close();
});

test.for(['vp8', 'h264'] as const)('%s: memory of closed encoders is used again', async (codec) => {
  const { memory } = await callCodecs();
  const picture = createPicture(64, 64);
  const openAndClose = async (): Promise<void> => {
    const encoder = await PictureEncoder.open({ codec, ...SIZE, rate: { kbps: 100 } });
    expect(encoder.encode(picture, true)?.data.length).toBeGreaterThan(0);
    encoder.close();
  };
  for (let count = 0; count < 4; count++) await openAndClose();
  const byteLength = memory.buffer.byteLength;
  for (let count = 0; count < 40; count++) await openAndClose();
  expect(memory.buffer.byteLength).toBe(byteLength);
});

test('pictures of another size are refused', async () => {
  const encoder = await PictureEncoder.open({ codec: 'h264', ...SIZE, rate: { quantiser: 20 } });
  expect(() => encoder.encode(createPicture(32, 32), true)).toThrow('another size');
  encoder.close();
});

test.for([
  { rate: { quantiser: 14 }, digest: 'cbc2803d42744dda' },
  { rate: { quantiser: 30 }, digest: '96234afa7f57e368' },
  { rate: { kbps: 300 }, digest: '5a8050227359dd35' },
])('vector code makes of pictures what the plain code of OpenH264 does, at $rate', async ({ rate, digest }) => {
  const encoder = await PictureEncoder.open({ codec: 'h264', ...MOVING_SIZE, rate });
  const random = seededRandom('shapes');
  const hash = createHash('sha256');
  for (let index = 0; index < 12; index++) {
    hash.update(encoder.encode(movingPicture(index, random), index % 9 === 0)?.data ?? '');
  }
  encoder.close();
  expect(hash.digest('hex').slice(0, 16)).toBe(digest);
});

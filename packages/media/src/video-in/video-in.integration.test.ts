import sharp from 'sharp';
import { afterEach, expect, it } from 'vitest';
import { PictureEncoder } from '../codecs/picture-encoder.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { createPicture } from '../core/picture.ts';
import { CameraDecoder } from './camera-decoder.ts';
import { AGREED, packetsOf, vp8Frame } from './testing/camera-packets.ts';
import { VideoIn, type VideoInOptions } from './video-in.ts';
import type { CameraCodec, VideoPacket } from './video-packet.ts';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Orange on the left, blue on the right. */
async function codedPicture(codec: CameraCodec, widthPx: number, heightPx: number): Promise<Buffer> {
  const picture = createPicture(widthPx, heightPx);
  const planes = [
    { start: 0, width: widthPx, height: heightPx, left: 150, right: 60 },
    { start: widthPx * heightPx, width: widthPx / 2, height: heightPx / 2, left: 60, right: 190 },
    { start: widthPx * heightPx * 1.25, width: widthPx / 2, height: heightPx / 2, left: 180, right: 100 },
  ];
  for (const { start, width, height, left, right } of planes) {
    for (let at = 0; at < width * height; at += 1) picture.data[start + at] = at % width < width / 2 ? left : right;
  }
  const encoder = await PictureEncoder.open({ codec, widthPx, heightPx, rate: { kbps: 2_000 } });
  const coded = encoder.encode(picture, true);
  encoder.close();
  return Buffer.from(coded!.data);
}

function open(options: Partial<VideoInOptions> = {}) {
  const pictures: string[] = [];
  const arrivals: (() => void)[] = [];
  const time = { nowMs: 5_000 };
  const decoder = new CameraDecoder({ logger: silentLogger, clock: systemClock });
  const videoIn = new VideoIn({
    clock: { ...systemClock, nowMs: () => time.nowMs },
    logger: silentLogger,
    decoder,
    onPicture(dataUrl) {
      pictures.push(dataUrl);
      for (const arrive of arrivals.splice(0)) arrive();
    },
    ...options,
  });
  closers.push(
    () => videoIn.close(),
    () => decoder.close(),
  );
  videoIn.agree(AGREED);
  const push = (packets: readonly VideoPacket[]) => {
    for (const packet of packets) videoIn.push(packet);
  };
  const arrival = () => new Promise<void>((resolve) => void arrivals.push(resolve));
  return { videoIn, pictures, time, push, arrival };
}

const askedFor = (asked: number[], jpeg: Promise<Buffer>): VideoInOptions['decoder'] => ({
  picture(frame) {
    asked.push(frame.bytes.length);
    return jpeg;
  },
});

const pixels = async (dataUrl: string) => {
  const bytes = Buffer.from(dataUrl.slice('data:image/jpeg;base64,'.length), 'base64');
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const colourAt = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  return { info, left: colourAt(info.width >> 2, 20), right: colourAt((info.width * 3) >> 2, 20) };
};

it.each([
  ['vp8', 640, 360, { width: 640, height: 360 }],
  ['h264', 1_280, 720, { width: 768, height: 432 }],
  ['vp8', 720, 1_280, { width: 432, height: 768 }],
] as const)(
  'makes a JPEG of what a camera shows in %s, %i by %i, no larger than is needed',
  async (codec, width, height, size) => {
    const { push, arrival, pictures, videoIn } = open();
    const arrived = arrival();
    push(packetsOf(codec, await codedPicture(codec, width, height)));
    await arrived;
    const { info, left, right } = await pixels(pictures[0]!);
    expect(info).toMatchObject({ ...size, format: 'raw', channels: 3 });
    expect(left[0]).toBeGreaterThan(200);
    expect(left[2]).toBeLessThan(60);
    expect(right[2]).toBeGreaterThan(130);
    expect(right[0]).toBeLessThan(40);
    expect(videoIn.counters).toMatchObject({ pictures: 1, refusedKeyFrames: 0 });
  },
);

it('decodes one frame at a time, and lets go what comes meanwhile', async () => {
  const [jpeg, asked]: [PromiseWithResolvers<Buffer>, number[]] = [Promise.withResolvers(), []];
  const { push, arrival, time, videoIn } = open({
    decoder: askedFor(asked, jpeg.promise),
  });
  const arrived = arrival();
  for (let count = 0; count < 3; count += 1) {
    push(packetsOf('vp8', vp8Frame(3_000 + count), { timestamp: count * 90_000 + 1 }));
    time.nowMs += 1_000;
  }
  jpeg.resolve(Buffer.of(1));
  await Promise.race([arrived, jpeg.promise]);
  expect(asked).toEqual([3_000]);
  expect(videoIn.counters).toMatchObject({ keyFrames: 3, skippedKeyFrames: 2 });
});

it('decodes no frame that names a size beyond a camera’s', () => {
  const asked: number[] = [];
  const { push, time, videoIn } = open({
    decoder: askedFor(asked, Promise.withResolvers<Buffer>().promise),
  });
  for (const [widthPx, heightPx] of [
    [16_383, 16_383],
    [1_920, 1_920],
    [0, 0],
  ] as const) {
    push(packetsOf('vp8', vp8Frame(2_000, { widthPx, heightPx })));
    time.nowMs += 1_000;
  }
  expect(asked).toEqual([]);
  expect(videoIn.counters.keyFrames).toBe(3);
});

it('outlives frames of noise, and gives up on a camera that sends nothing else', async () => {
  const warned = Promise.withResolvers<void>();
  const logger = { ...silentLogger, warn: () => warned.resolve() };
  const { push, time, videoIn, pictures } = open({ logger });
  const ended = { isOver: false };
  void warned.promise.then(() => {
    ended.isOver = true;
  });
  for (let count = 1; !ended.isOver; count += 1) {
    push(packetsOf('vp8', vp8Frame(4_000).fill(0xff, 10), { timestamp: count * 3_000 }));
    time.nowMs += 1_000;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(videoIn.counters).toMatchObject({ pictures: 0, refusedKeyFrames: 5 });
  push(packetsOf('vp8', await codedPicture('vp8', 320, 240), { timestamp: 1 }));
  expect(pictures).toEqual([]);
  expect(videoIn.counters.refusedKeyFrames).toBe(5);
});

it('shows nothing of a camera of which the call is over', async () => {
  const jpeg = Promise.withResolvers<Buffer>();
  const { push, videoIn, pictures } = open({ decoder: { picture: () => jpeg.promise } });
  push(packetsOf('vp8', vp8Frame(2_000)));
  videoIn.close();
  jpeg.resolve(Buffer.of(1));
  await jpeg.promise;
  await Promise.resolve();
  expect(pictures).toEqual([]);
});

it('decodes a damaged picture as if none had been before it, so that it shows nothing of another camera', async () => {
  const frame = await codedPicture('h264', 640, 352);
  const cut = frame.subarray(0, Math.round(frame.length * 0.7));
  const shownBy = async (before: readonly Buffer[]) => {
    const decoder = new CameraDecoder({ logger: silentLogger, clock: systemClock });
    closers.push(() => decoder.close());
    for (const bytes of before) await decoder.picture({ codec: 'h264', bytes });
    return decoder.picture({ codec: 'h264', bytes: cut }).catch((error: unknown) => String(error));
  };
  expect(await shownBy([frame])).toEqual(await shownBy([]));
});

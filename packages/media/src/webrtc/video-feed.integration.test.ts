import { afterEach, expect, test } from 'vitest';
import { OPUS_FRAME_SAMPLES, OpusEncoder, opusSilencePacket } from '../codecs/opus-encoder.ts';
import { PictureDecoder } from '../codecs/picture-decoder.ts';
import { createPicture, type Picture } from '../core/picture.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { openIdleLoop } from './idle-loop.ts';
import { assemblePictures } from './testing/access-units.ts';
import { openCall } from './testing/call.ts';
import { drawMovingPicture, showsSquareAt } from './testing/moving-picture.ts';
import { waitUntil } from './testing/wait-until.ts';
import { VideoEncoder } from './video-encoder.ts';
import { VideoFeed } from './video-feed.ts';

const SIDE_PX = 256;
const SIZE = { widthPx: SIDE_PX, heightPx: SIDE_PX };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test.for(['vp8', 'h264'] as const)('%s: idle, talk and idle again arrive as one unbroken stream', async (codec) => {
  const loop = await openIdleLoop({
    codec,
    ...SIZE,
    bitrateKbps: 400,
    frameCount: 30,
    jointEvery: 10,
    renderFrame: drawMovingPicture,
  });
  await waitUntil(() => [0, 10, 20].every((index) => loop.frameAt(index) !== undefined));
  const isKeyFrame = Array.from({ length: 30 }, (_unused, index) => loop.frameAt(index)?.isKeyFrame);
  expect(isKeyFrame).toEqual(isKeyFrame.map((_, index) => index % 10 === 0));
  let feed: VideoFeed | null = null;
  const call = await openCall({ videoCodecs: [codec] }, { onKeyFrameRequest: () => feed?.requestKeyFrame() });
  feed = new VideoFeed({
    sink: call.peer,
    loop,
    frameCount: loop.frameCount,
    loopOffset: 3,
    openEncoder: () => VideoEncoder.open({ codec, ...SIZE, bitrateKbps: 600 }),
    renderFrame: (index, _mediaTimeMs, out) => drawMovingPicture(index, out),
  });
  const decoder = await PictureDecoder.open(codec);
  closers.push(
    () => decoder.close(),
    () => call.client.close(),
    () => call.peer.close(),
    () => feed?.close(),
  );
  const shownIndexes: number[] = [];
  const modes: string[] = [];
  for (let tick = 0; tick < 60; tick += 1) {
    if (tick === 15) feed.setLive(true);
    if (tick === 33) feed.setLive(false);
    // Playout never shows this index: before the first picture the loop moves on to a joint.
    feed.tick(tick * 40);
    shownIndexes.push((feed.loopIndex + 29) % 30);
    modes.push(feed.stats().mode);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const pictures = () => assemblePictures(call.client.videoPackets, codec);
  await waitUntil(() => pictures().length === 60);
  const received = pictures();
  for (const [tick, picture] of received.entries()) {
    expect((picture.timestamp - received[0]!.timestamp) >>> 0).toBe(tick * 3600);
    if (tick > 0 && modes[tick] !== modes[tick - 1]) expect(picture.isKeyFrame).toBe(true);
    const shown = decoder.decode(picture.data);
    expect(showsSquareAt(shown!.data, SIDE_PX, SIDE_PX, shownIndexes[tick]!)).toBe(true);
  }
  expect(new Set(modes)).toEqual(new Set(['loop', 'live']));
  expect(modes.at(-1)).toBe('loop');
  const numbers = call.client.videoPackets.map((packet) => packet.header.sequenceNumber).sort((a, b) => a - b);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('a lost picture during idle is followed by a key frame', async () => {
  const codec: VideoCodec = 'vp8';
  const renderFrame = (_index: number, out: Picture) => drawMovingPicture(0, out);
  const loop = await openIdleLoop({ codec, ...SIZE, bitrateKbps: 400, frameCount: 40, jointEvery: 40, renderFrame });
  let feed: VideoFeed | null = null;
  const call = await openCall({ videoCodecs: [codec] }, { onKeyFrameRequest: () => feed?.requestKeyFrame() });
  feed = new VideoFeed({
    sink: call.peer,
    loop,
    frameCount: loop.frameCount,
    loopOffset: 0,
    openEncoder: () => VideoEncoder.open({ codec, ...SIZE, bitrateKbps: 600 }),
    renderFrame: (index, _mediaTimeMs, out) => renderFrame(index, out),
  });
  closers.push(
    () => call.client.close(),
    () => call.peer.close(),
    () => feed?.close(),
  );
  for (let tick = 0; tick < 12; tick += 1) {
    feed.tick(tick * 40);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  expect(feed.stats().encodedFrames).toBe(0);
  await call.client.sendPictureLoss();
  await waitUntil(() => call.peer.stats().keyFrameRequests === 1);
  feed.tick(12 * 40);
  const pictures = () => assemblePictures(call.client.videoPackets, codec);
  await waitUntil(() => pictures().length === 13);
  expect(pictures().map((picture) => picture.isKeyFrame)).toEqual([true, ...Array(11).fill(false), true]);
});

const kbpsOf = (frames: readonly EncodedVideoFrame[]) =>
  (frames.reduce((total, frame) => total + frame.data.byteLength, 0) * 8) / (frames.length * 40);

test.for(['vp8', 'h264'] as const)('%s: an open encoder follows the bitrate down and up', async (codec) => {
  const encoder = await VideoEncoder.open({ codec, ...SIZE, bitrateKbps: 600 });
  closers.push(() => encoder.close());
  const picture = createPicture(SIDE_PX, SIDE_PX);
  let seed = 3;
  const encode = (frameCount: number) =>
    Array.from({ length: frameCount }, () => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      for (let index = 0; index < picture.data.length; index += 1) {
        picture.data[index] = 128 + (((index * 37 + seed) >> 4) % 32) * ((index >> 12) % 2);
      }
      return encoder.encode(picture, 0, false)!;
    });
  encode(25);
  const before = kbpsOf(encode(50));
  encoder.setBitrate(200);
  encode(25);
  const lowered = kbpsOf(encode(50));
  encoder.setBitrate(700);
  encode(25);
  const raised = kbpsOf(encode(50));
  expect(before).toBeGreaterThan(400);
  expect(lowered).toBeLessThan(before * 0.55);
  expect(raised).toBeGreaterThan(lowered * 1.8);
  encoder.close();
  encoder.close();
  expect(encoder.encode(picture, 0, true)).toBeNull();
});

test('speech is packed at about 32 kbit/s, and silence is one small packet made once', async () => {
  const encoder = await OpusEncoder.open();
  const pcm = Int16Array.from({ length: OPUS_FRAME_SAMPLES }, (_, index) =>
    Math.round(9000 * Math.sin(index / 20) * Math.sin(index / 3.7)),
  );
  let bytes = 0;
  for (let count = 0; count < 50; count += 1) bytes += encoder.encode(pcm).byteLength;
  expect((bytes * 8) / 1000).toBeGreaterThan(15);
  expect((bytes * 8) / 1000).toBeLessThan(50);
  expect(() => encoder.encode(new Int16Array(480))).toThrow(/960/);
  encoder.close();
  encoder.close();
  const silence = await opusSilencePacket();
  expect(silence.byteLength).toBeGreaterThan(0);
  expect(silence.byteLength).toBeLessThan(40);
  expect(await opusSilencePacket()).toBe(silence);
});

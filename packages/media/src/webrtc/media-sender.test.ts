import { expect, test } from 'vitest';
import { GenericNack, RtcpPacketConverter, RtcpSrPacket, RtcpTransportLayerFeedback, RtpPacket } from 'werift';
import { silentLogger } from '../core/logger.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { MediaSender } from './media-sender.ts';
import { compactNtpTime } from './sender-report.ts';

const IDENTITY = {
  audioSsrc: 11,
  videoSsrc: 22,
  rtxSsrc: 33,
  canonicalName: 'call',
  firstSequence: 65_530,
  firstTimestamp: 0xffff_ff00,
};

function openSender({ rtx = true } = {}) {
  const clock = new ManualClock();
  const audio: Buffer[] = [];
  const video: Buffer[] = [];
  const order: string[] = [];
  const test = { clock, audio, video, order, keyFrameRequests: 0, targets: [] as number[] };
  const keep = (name: string, list: Buffer[]) => (bytes: Buffer) => {
    list.push(Buffer.from(bytes));
    order.push(name);
  };
  const sender = new MediaSender({
    clock,
    logger: silentLogger,
    limits: { minKbps: 100, maxKbps: 1200, startKbps: 800 },
    identity: IDENTITY,
    wallAtClockZeroMs: 1_900_000_000_000,
    sendAudio: keep('audio', audio),
    sendVideo: keep('video', video),
    onKeyFrameRequest: () => {
      test.keyFrameRequests += 1;
    },
    onTargetBitrate: (kbps) => test.targets.push(kbps),
  });
  const extensions = { mid: 9, absoluteSendTime: 2, transportSequence: 4 };
  sender.configure({
    audio: { mid: '0', payloadType: 111, extensions },
    video: { mid: '1', codec: 'vp8', payloadType: 96, rtxPayloadType: rtx ? 97 : null, extensions },
  });
  sender.open();
  return Object.assign(test, { sender });
}

const picture = (byteLength: number, isKeyFrame = false) => ({ data: new Uint8Array(byteLength).fill(7), isKeyFrame });
const isRtp = (bytes: Buffer) => bytes[1]! < 192 || bytes[1]! > 223;
const rtp = (list: Buffer[]) => list.filter(isRtp).map((bytes) => RtpPacket.deSerialize(bytes));
const nack = (...lost: number[]) =>
  new RtcpTransportLayerFeedback({
    feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: IDENTITY.videoSsrc, lost }),
  }).serialize();

test('a large key frame is spread over time and sound never waits behind it', () => {
  const { sender, clock, video, audio, order } = openSender();
  sender.sendVideo(picture(60_000, true), 0);
  const atOnce = video.length;
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThan(15);
  sender.sendAudio(new Uint8Array(80), 0);
  expect(audio.length).toBe(1);
  expect(order.indexOf('audio')).toBe(atOnce);
  clock.advance(20);
  expect(video.length).toBeLessThan(30);
  clock.advance(400);
  expect(rtp(video).length).toBe(Math.ceil(60_000 / 1148));
});

test('sequence numbers, time stamps and transport numbers run on over the wrap', () => {
  const { sender, clock, video, audio } = openSender();
  for (let index = 0; index < 10; index += 1) {
    sender.sendVideo(picture(1500, index === 0), index * 40);
    sender.sendAudio(new Uint8Array(60), index * 40);
    clock.advance(40);
  }
  const packets = rtp(video);
  expect(packets.map((p) => p.header.sequenceNumber)).toEqual(
    packets.map((_, index) => (IDENTITY.firstSequence + index) & 0xffff),
  );
  expect(packets.filter((p) => p.header.marker).map((p) => p.header.timestamp)).toEqual(
    Array.from({ length: 10 }, (_, index) => (IDENTITY.firstTimestamp + index * 3600) >>> 0),
  );
  expect(rtp(audio).map((p) => p.header.timestamp)).toEqual(
    Array.from({ length: 10 }, (_, index) => (IDENTITY.firstTimestamp + index * 1920) >>> 0),
  );
  const transportNumber = (p: RtpPacket) => p.header.extensions.find(({ id }) => id === 4)!.payload.readUInt16BE(0);
  const all = [...rtp(video), ...rtp(audio)].map(transportNumber).sort((a, b) => a - b);
  expect(all).toEqual(all.map((_, index) => index));
  expect(packets[0]!.header.extensions.find(({ id }) => id === 9)!.payload.toString()).toBe('1');
});

test.for([true, false])('a lost packet is sent again (RTX %s), once per round trip, and not for ever', (rtx) => {
  const { sender, clock, video } = openSender({ rtx });
  sender.sendVideo(picture(3000, true), 0);
  const [, original] = rtp(video);
  video.length = 0;
  sender.receiveRtcp(nack(original!.header.sequenceNumber));
  sender.receiveRtcp(nack(original!.header.sequenceNumber));
  const [again, ...more] = rtp(video);
  expect(more).toEqual([]);
  if (rtx) {
    expect(again!.header).toMatchObject({
      payloadType: 97,
      ssrc: IDENTITY.rtxSsrc,
      timestamp: original!.header.timestamp,
    });
    expect(again!.payload.readUInt16BE(0)).toBe(original!.header.sequenceNumber);
    expect(again!.payload.subarray(2).equals(original!.payload)).toBe(true);
  } else {
    expect(again!.header).toMatchObject({ payloadType: 96, sequenceNumber: original!.header.sequenceNumber });
    expect(again!.payload.equals(original!.payload)).toBe(true);
  }
  clock.advance(100);
  sender.receiveRtcp(nack(original!.header.sequenceNumber));
  expect(sender.stats().retransmittedPackets).toBe(2);
  clock.advance(3000);
  sender.receiveRtcp(nack(original!.header.sequenceNumber, 12_345));
  expect(sender.stats().retransmittedPackets).toBe(2);
});

test('with a blocked path pictures are dropped, counted, and a key frame is asked for when it clears', () => {
  const test = openSender();
  const { sender, clock } = test;
  sender.sendVideo(picture(30_000, true), 0);
  for (let index = 1; index < 12; index += 1) sender.sendVideo(picture(20_000), index);
  expect(sender.stats().droppedFrames).toBeGreaterThan(0);
  const requests = test.keyFrameRequests;
  clock.advance(2000);
  sender.sendVideo(picture(1000), 2000);
  expect(test.keyFrameRequests).toBe(requests + 1);
  const dropped = sender.stats().droppedFrames;
  sender.sendVideo(picture(5000, true), 2040);
  sender.sendVideo(picture(1000), 2080);
  expect(sender.stats().droppedFrames).toBe(dropped);
});

test('key frame requests are answered at most every 300 ms', () => {
  const test = openSender();
  const before = test.keyFrameRequests;
  test.clock.advance(1000);
  for (let index = 0; index < 10; index += 1) test.sender.pictureLoss(IDENTITY.videoSsrc);
  test.sender.pictureLoss(999);
  expect(test.keyFrameRequests).toBe(before + 1);
  test.clock.advance(301);
  test.sender.fullIntraRequest(IDENTITY.videoSsrc, 5);
  test.clock.advance(301);
  test.sender.fullIntraRequest(IDENTITY.videoSsrc, 5);
  expect(test.keyFrameRequests).toBe(before + 2);
});

test('sender reports of sound and picture describe the same moment', () => {
  const { sender, clock, video, audio } = openSender();
  for (let index = 0; index < 130; index += 1) {
    if (index % 2 === 0) sender.sendVideo(picture(500, index === 0), index * 20);
    sender.sendAudio(new Uint8Array(60), index * 20);
    clock.advance(index % 3 === 0 ? 26 : 17);
  }
  const reports = (list: Buffer[]) =>
    list
      .filter((bytes) => !isRtp(bytes))
      .map((bytes) => RtcpPacketConverter.deSerialize(bytes).find((p) => p instanceof RtcpSrPacket)!.senderInfo);
  const soundReports = reports(audio);
  const pictureReports = reports(video);
  expect(soundReports.length).toBeGreaterThanOrEqual(2);
  for (const [index, sound] of soundReports.entries()) {
    const picture = pictureReports[index]!;
    expect(picture.ntpTimestamp).toBe(sound.ntpTimestamp);
    const soundMs = ((sound.rtpTimestamp - IDENTITY.firstTimestamp) >>> 0) / 48;
    const pictureMs = ((picture.rtpTimestamp - IDENTITY.firstTimestamp) >>> 0) / 90;
    expect(Math.abs(soundMs - pictureMs)).toBeLessThan(0.05);
  }
  const last = soundReports.at(-1)!;
  expect(Math.abs(((last.rtpTimestamp - IDENTITY.firstTimestamp) >>> 0) / 48 - 2000)).toBeLessThan(700);
});

test('nothing is left running after close', () => {
  const { sender, clock, video } = openSender();
  sender.sendVideo(picture(60_000, true), 0);
  sender.close();
  expect(clock.pendingTimers).toBe(0);
  const sent = video.length;
  sender.receiveRtcp(nack(IDENTITY.firstSequence));
  sender.sendVideo(picture(100, true), 40);
  sender.close();
  expect(video.length).toBe(sent);
});

test('a round trip that rounding made slightly negative counts as zero, a stale report not at all', () => {
  const { sender } = openSender();
  const report = (delayMs: number) =>
    sender.reportBlock({
      ssrc: IDENTITY.videoSsrc,
      fractionLost: 0,
      packetsLost: 0,
      lastSenderReport: compactNtpTime(1_900_000_000_000),
      delaySinceLastSenderReport: Math.round(delayMs * 65.536),
    });
  report(900);
  expect(sender.stats().roundTripMs).toBeNull();
  report(3);
  expect(sender.stats().roundTripMs).toBe(0);
});

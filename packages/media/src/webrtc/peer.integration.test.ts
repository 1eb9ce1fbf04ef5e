import nodeDataChannel from 'node-datachannel';
import { afterEach, expect, test } from 'vitest';
import { GenericNack, RtcpSrPacket, RtcpTransportLayerFeedback } from 'werift';
import { OPUS_FRAME_SAMPLES, OpusEncoder, opusSilencePacket } from '../codecs/opus-encoder.ts';
import { PictureDecoder } from '../codecs/picture-decoder.ts';
import { systemClock } from '../core/clock.ts';
import { createPicture } from '../core/picture.ts';
import { assemblePictures } from './testing/access-units.ts';
import { connect, openCall, openPeer } from './testing/call.ts';
import { drawMovingPicture, showsSquareAt } from './testing/moving-picture.ts';
import { ReceivingClient } from './testing/receiving-client.ts';
import { waitUntil } from './testing/wait-until.ts';
import { VideoEncoder } from './video-encoder.ts';

const SIDE_PX = 256;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const later = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));
const deltaFrame = (byteLength: number) => ({ data: new Uint8Array(byteLength).fill(1), isKeyFrame: false });
const keyFrame = (byteLength: number) => ({ data: new Uint8Array(byteLength).fill(2), isKeyFrame: true });

async function call(...options: Parameters<typeof openCall>) {
  const opened = await openCall(...options);
  closers.push(
    () => opened.client.close(),
    () => opened.peer.close(),
  );
  return opened;
}

test.for(['vp8', 'h264'] as const)(
  'a client keeping only %s sees the picture it was sent [19.ios.needs] [19.livekit.ice] [19.livekit.traps] [22.2] [22.11]',
  async (codec) => {
    const { peer, client, states } = await call({ videoCodecs: [codec] });
    expect(peer.videoCodec).toBe(codec);
    const encoder = await VideoEncoder.open({ codec, widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: 800 });
    const audio = await OpusEncoder.open();
    const decoder = await PictureDecoder.open(codec);
    closers.push(
      () => encoder.close(),
      () => audio.close(),
      () => decoder.close(),
    );
    const picture = createPicture(SIDE_PX, SIDE_PX);
    for (let index = 0; index < 20; index += 1) {
      drawMovingPicture(index, picture);
      peer.sendVideo(encoder.encode(picture, index * 40, index === 0)!, index * 40);
      peer.sendAudio(audio.encode(new Int16Array(OPUS_FRAME_SAMPLES)), index * 40);
      await later(10);
    }
    await waitUntil(() => assemblePictures(client.videoPackets, codec).length === 20);
    const received = assemblePictures(client.videoPackets, codec);
    const firstTimestamp = received[0]!.timestamp;
    expect(received.map(({ timestamp }) => (timestamp - firstTimestamp) >>> 0)).toEqual(
      received.map((_, index) => index * 3600),
    );
    for (const [index, unit] of received.entries()) {
      expect(unit.isKeyFrame).toBe(index === 0);
      const shown = decoder.decode(unit.data);
      expect(shown).toMatchObject({ width: SIDE_PX, height: SIDE_PX });
      expect(showsSquareAt(shown!.data, SIDE_PX, SIDE_PX, index)).toBe(true);
    }
    expect(client.audioPackets.length).toBe(20);
    expect(states).toEqual(['connected']);
  },
);

test('the offer is complete, in one stream, full ICE, and every line ends with CRLF [19.js.ice] [19.js.traps] [19.ios.traps] [19.android.ice] [19.expo.ice] [19.expo.needs] [19.flutter.ice] [19.transparency.ice] [19.livekit.ice] [19.v1.ice] [20.16] [22.3]', async () => {
  const { peer, candidates } = openPeer({ extraHostAddresses: ['203.0.113.5'] });
  closers.push(() => peer.close());
  const { sdp } = await peer.createOffer();
  expect(sdp.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(sdp.endsWith('\r\n')).toBe(true);
  expect(sdp).not.toContain('ice-lite');
  expect(sdp).toContain('a=group:BUNDLE 0 1');
  expect(sdp.match(/^a=rtcp-mux\r$/gm)).toHaveLength(2);
  expect(sdp.match(/^a=sendonly\r$/gm)).toHaveLength(2);
  const streams = [...sdp.matchAll(/^a=msid:(\S+) (\S+)\r$/gm)];
  expect(streams.map(([, stream]) => stream)).toEqual([streams[0]![1], streams[0]![1]]);
  expect(sdp).toMatch(/a=candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host\r\n/);
  expect(sdp).toMatch(/a=candidate:\S+ 1 UDP \d+ 203\.0\.113\.5 \d+ typ host\r\n/);
  expect(sdp).toContain('a=end-of-candidates');
  expect(candidates).toEqual([]);
  await waitUntil(() => candidates.length === 2);
  for (const candidate of candidates) expect(candidate).toMatchObject({ sdpMid: '0', sdpMLineIndex: 0 });
  expect(candidates.every(({ candidate }) => candidate.startsWith('candidate:'))).toBe(true);
});

test('each connection has a certificate of its own', async () => {
  const peers = [openPeer(), openPeer()];
  closers.push(
    ...peers.map(
      ({ peer }) =>
        () =>
          peer.close(),
    ),
  );
  const offers = await Promise.all(peers.map(({ peer }) => peer.createOffer()));
  const fingerprints = offers.map(({ sdp }) => /^a=fingerprint:(sha-256 \S+)\r$/m.exec(sdp)?.[1]);
  expect(fingerprints).not.toContain(undefined);
  expect(new Set(fingerprints).size).toBe(2);
});

test('a client that trickles its candidates, before and after its answer, is reached', async () => {
  const { peer } = openPeer();
  const trickled: Parameters<typeof peer.addRemoteCandidate>[0][] = [];
  const client = new ReceivingClient({ onCandidate: (candidate) => trickled.push(candidate) });
  closers.push(
    () => client.close(),
    () => peer.close(),
  );
  const answer = await client.answer((await peer.createOffer()).sdp);
  const bare = answer.sdp.replaceAll(/a=(candidate:.*|end-of-candidates)\r\n/g, '');
  expect(trickled.length).toBeGreaterThan(0);
  peer.addRemoteCandidate({ candidate: 'candidate:9 1 udp 1 f00-ba4.local 9 typ host', sdpMid: '0' });
  peer.addRemoteCandidate({ candidate: '', sdpMid: '0', sdpMLineIndex: 0 });
  peer.addRemoteCandidate({ candidate: 'no candidate at all' });
  peer.addRemoteCandidate(null);
  peer.addRemoteCandidate(trickled[0]);
  peer.acceptAnswer({ sdp: bare });
  for (const candidate of trickled) peer.addRemoteCandidate(candidate);
  peer.addRemoteCandidate({ candidate: 'candidate:broken 1 udp x y z typ host', sdpMid: '7' });
  await waitUntil(() => peer.isVideoReady);
});

test('a missing packet is sent again by RTX, and broken RTCP changes nothing', async () => {
  const { peer, client } = await call();
  peer.sendVideo(keyFrame(8000), 0);
  await waitUntil(() => client.videoPackets.length === 7);
  const lost = client.videoPackets[3]!;
  const nack = new RtcpTransportLayerFeedback({
    feedback: new GenericNack({
      senderSsrc: 1,
      mediaSourceSsrc: lost.header.ssrc,
      lost: [lost.header.sequenceNumber],
    }),
  });
  const garbage = (bytes: number[]) => ({ serialize: () => Buffer.from(bytes) }) as typeof nack;
  await client.sendRtcp([garbage([0x8f, 201, 0, 1, 1, 2, 3, 4])]);
  await client.sendRtcp([garbage([0x81, 206, 0, 2, 0, 0, 0, 1, 9, 9, 9, 9, 0x8f, 205, 0, 9, 0])]);
  await client.sendRtcp([nack]);
  // The client's stack unwraps RTX: the packet comes out again under its old number.
  const copies = () => client.videoPackets.filter((p) => p.header.sequenceNumber === lost.header.sequenceNumber);
  await waitUntil(() => copies().length === 2);
  expect(copies()[1]!.payload.equals(lost.payload)).toBe(true);
  expect(peer.stats().retransmittedPackets).toBe(1);
  peer.sendVideo(deltaFrame(500), 40);
  await waitUntil(() => client.videoPackets.length === 9);
});

test('packets without the keys of the call, forged or broken, change nothing, and the call goes on', async () => {
  // A key frame is asked for at most every 300 ms.
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const opened = await call({}, { clock });
  const { peer, client } = opened;
  peer.sendVideo(keyFrame(3000), 0);
  await waitUntil(() => client.videoPackets.length > 0);
  aheadMs += 1000;
  const asked = opened.keyFrameRequests;
  const [transport] = client.connection.iceTransports;
  const [dtls] = client.connection.dtlsTransports;
  // AES-128 or AES-256, each packet authenticated (RFC 5764, RFC 7714).
  const { srtpProfile } = dtls?.dtls?.srtp ?? {};
  expect([0x0001, 0x0007, 0x0008]).toContain(srtpProfile);

  const ssrc = Buffer.alloc(4);
  ssrc.writeUInt32BE(client.tracks.find(({ kind }) => kind === 'video')?.ssrc ?? 0);
  const pictureLoss = Buffer.concat([Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1]), ssrc]);
  const forged = [
    pictureLoss,
    Buffer.concat([pictureLoss, Buffer.from([0x80, 0, 0, 1]), Buffer.alloc(10)]),
    ...[0, 1, 7, 8, 12, 40, 1400].map((length) => Buffer.alloc(length, 0x80)),
    // Records of DTLS: alerts, handshakes and data, in the clear, and of the present epoch without its key; cut off, and too long.
    ...[20, 21, 22, 23, 25, 63].flatMap((type) => [
      Buffer.from([type]),
      Buffer.from([type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40]),
      Buffer.from([type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0xff, 0xff, 1, 1]),
      Buffer.concat([Buffer.from([type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0x77, 9, 0, 40]), Buffer.alloc(40, 7)]),
    ]),
    // No STUN message, though it begins like one.
    Buffer.from([0, 1, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42]),
    Buffer.alloc(1200, 0xff),
  ];
  for (let round = 0; round < 20; round += 1) {
    for (const packet of forged) await transport?.connection.send(packet);
  }
  expect(opened.keyFrameRequests).toBe(asked);
  await client.sendPictureLoss();
  await waitUntil(() => opened.keyFrameRequests > asked);
  const before = client.videoPackets.length;
  peer.sendVideo(keyFrame(3000), 40);
  await waitUntil(() => client.videoPackets.length > before);
  expect(opened.states).toEqual(['connected']);
});

test('the client can ask for a key frame, and its reports and feedback are heard', async () => {
  const opened = await call({ videoCodecs: ['vp8'] });
  const { peer, client } = opened;
  expect(opened.keyFrameRequests).toBe(1);
  for (let index = 0; index < 80; index += 1) {
    peer.sendVideo(index === 0 ? keyFrame(3000) : deltaFrame(2000), index * 40);
    peer.sendAudio(await opusSilencePacket(), index * 40);
    await later(20);
  }
  await client.sendPictureLoss();
  await waitUntil(() => opened.keyFrameRequests === 2 && peer.stats().roundTripMs !== null);
  const stats = peer.stats();
  expect(stats).toMatchObject({ state: 'connected', keyFrameRequests: 1, droppedFrames: 0, lossShare: 0 });
  expect(stats.feedbackPackets).toBeGreaterThan(3);
  expect(stats.roundTripMs).toBeGreaterThanOrEqual(0);
  expect(stats.roundTripMs).toBeLessThan(2_000);
});

test('sender reports of sound and picture share one clock as received', async () => {
  const { peer, client } = await call();
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < 2500) {
    const mediaTimeMs = performance.now() - startedAtMs;
    peer.sendVideo(keyFrame(1000), mediaTimeMs);
    peer.sendAudio(new Uint8Array(40), mediaTimeMs);
    await later(20);
  }
  const reports = client.rtcpPackets.filter((packet) => packet instanceof RtcpSrPacket);
  const offsetOf = (list: typeof client.audioPackets, clockRateHz: number) => {
    const { ssrc, timestamp } = list[0]!.header;
    const info = reports.findLast((report) => report.ssrc === ssrc)!.senderInfo;
    const wallMs = (Number(info.ntpTimestamp >> 16n) / 65_536) * 1000;
    // Wall time of the first packet: both tracks sent theirs at the same media time.
    return wallMs - (((info.rtpTimestamp - timestamp) >>> 0) * 1000) / clockRateHz;
  };
  const difference = offsetOf(client.audioPackets, 48_000) - offsetOf(client.videoPackets, 90_000);
  expect(Math.abs(difference)).toBeLessThan(1);
});

test('an answer without a usable video codec is refused', async () => {
  const { peer } = openPeer();
  const client = new ReceivingClient();
  closers.push(
    () => client.close(),
    () => peer.close(),
  );
  const answer = await client.answer((await peer.createOffer()).sdp);
  const crippled = answer.sdp.replaceAll(/(VP8|H264)\/90000/g, 'AV1/90000');
  expect(() => peer.acceptAnswer({ sdp: crippled })).toThrow(/VP8 or H\.264/);
});

test('when a transport fails, a new offer starts over', async () => {
  const opened = openPeer();
  const { peer, states } = opened;
  const impostor = new ReceivingClient();
  closers.push(
    () => impostor.close(),
    () => peer.close(),
  );
  const forged = await impostor.answer((await peer.createOffer()).sdp);
  const fingerprint = `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`;
  peer.acceptAnswer({ sdp: forged.sdp.replaceAll(/a=fingerprint:.*(?=\r)/g, fingerprint) });
  await waitUntil(() => states.includes('failed'));
  expect(peer.isVideoReady).toBe(false);
  const client = new ReceivingClient();
  closers.push(() => client.close());
  await connect(opened, (offerSdp) => client.answer(offerSdp));
  expect(states).toEqual(['failed', 'connected']);
  await waitUntil(() => client.connection.connectionState === 'connected');
  peer.sendVideo(keyFrame(3000), 0);
  await waitUntil(() => client.videoPackets.length === 3);
});

test('an offer of the client is ignored while ours is pending, and answered in mid-call without a break [19.hotel.traps] [20.19] [22.6]', async () => {
  const { peer } = openPeer();
  const client = new ReceivingClient();
  closers.push(
    () => client.close(),
    () => peer.close(),
  );
  const offer = await peer.createOffer();
  expect(await peer.acceptOffer({ sdp: offer.sdp })).toBeNull();
  peer.acceptAnswer(await client.answer(offer.sdp));
  expect(await peer.acceptOffer({ sdp: '' }).catch(() => 'refused')).toBe('refused');
  await waitUntil(() => peer.isVideoReady && client.connection.connectionState === 'connected');

  client.connection.addTransceiver('video', { direction: 'sendonly' });
  const camera = await client.connection.createOffer();
  await client.connection.setLocalDescription(camera);
  const answer = await peer.acceptOffer({ sdp: camera.sdp });
  expect(answer!.sdp.split('m=')).toHaveLength(4);
  expect(answer!.sdp.split('m=')[3]).toContain('a=inactive');
  await client.connection.setRemoteDescription(answer!);
  peer.sendVideo(keyFrame(3000), 0);
  await waitUntil(() => client.videoPackets.length === 3);
  expect(peer.stats().state).toBe('connected');
});

test('a client that restarts ICE gets a new transport, and numbers run on', async () => {
  const opened = openPeer();
  const { peer } = opened;
  const clients: InstanceType<typeof nodeDataChannel.PeerConnection>[] = [];
  const received: number[] = [];
  // libdatachannel cannot restart ICE; a fresh client with the same sections stands for one that can.
  const join = async (remoteSdp: string | null): Promise<string> => {
    const client = new nodeDataChannel.PeerConnection('client', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      portRangeBegin: 20_200,
      portRangeEnd: 20_499,
    });
    clients.push(client);
    const gathered = new Promise<void>((resolve) => {
      client.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    const tracks: { close(): void }[] = [];
    closers.push(() => {
      for (const track of tracks) track.close();
      client.close();
    });
    const listen = (track: ReturnType<typeof client.addTrack>) => {
      tracks.push(track);
      track.onMessage((packet) => {
        const type = packet.readUInt8(1);
        if (track.mid() === '1' && (type < 192 || type > 223)) received.push(packet.readUInt16BE(2));
      });
    };
    if (remoteSdp === null) {
      const audio = new nodeDataChannel.Audio('0', 'RecvOnly');
      audio.addOpusCodec(111);
      const video = new nodeDataChannel.Video('1', 'RecvOnly');
      video.addVP8Codec(96);
      listen(client.addTrack(audio));
      listen(client.addTrack(video));
    } else {
      client.onTrack(listen);
      client.setRemoteDescription(remoteSdp, 'offer');
    }
    client.setLocalDescription(remoteSdp === null ? 'offer' : 'answer');
    await gathered;
    return client.localDescription()!.sdp;
  };
  closers.push(() => peer.close());
  // A good answer that the native library does not take is followed by a new offer, as in a call; see `acceptAnswer`.
  const takeAnswer = async (): Promise<void> => {
    const answered = await join((await peer.createOffer()).sdp);
    try {
      peer.acceptAnswer({ sdp: answered });
    } catch (error) {
      if (!peer.needsNewOffer || clients.length > 2) throw error;
      await takeAnswer();
    }
  };
  await takeAnswer();
  await waitUntil(() => peer.isVideoReady && clients.at(-1)!.state() === 'connected');
  peer.sendVideo(keyFrame(3000), 0);
  await waitUntil(() => received.length === 3);

  // The client here is made of the same library, and may fail at a good answer as well.
  const restart = async (): Promise<void> => {
    const answer = await peer.acceptOffer({ sdp: await join(null) });
    expect(answer!.sdp).toContain('a=setup:passive');
    try {
      clients.at(-1)!.setRemoteDescription(answer!.sdp, 'answer');
    } catch (error) {
      if (clients.length > 5) throw error;
      await restart();
    }
  };
  await restart();
  await waitUntil(() => clients.at(-1)!.state() === 'connected' && opened.keyFrameRequests === 2);
  peer.sendVideo(keyFrame(3000), 40);
  await waitUntil(() => received.length === 6);
  expect(received).toEqual(received.map((_, index) => (received[0]! + index) & 0xffff));
});

import { afterEach, expect, it } from 'vitest';
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS, useVP8 } from 'werift';
import { CallLink, type CallLinkEvent } from '../call-link.ts';
import { OpusEncoder } from '../codecs/opus-encoder.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import type { Peer } from './peer.ts';
import { waitUntil } from './testing/wait-until.ts';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A client of its own stack that offers: sound, a data channel, and a picture where it wants one. */
async function call(seesPicture: boolean) {
  const events: CallLinkEvent[] = [];
  const heard: Int16Array[] = [];
  const agreed: Peer[] = [];
  const link = new CallLink({
    config: { sessionId: 's', iceServers: [], connection: 'answer' },
    resources: {
      clock: systemClock,
      network: { bindAddress: '127.0.0.1', portRange: { begin: 20_500, end: 20_599 }, publicAddresses: [] },
    },
    logger: silentLogger,
    listener: (event) => void events.push(event),
    onKeyFrameRequest: () => {},
    onTargetBitrate: () => {},
    onAgreed: async (peer) => void agreed.push(peer),
    onSound: (pcm) => heard.push(pcm),
  });
  const client = new RTCPeerConnection({
    codecs: { audio: [useOPUS()], video: [useVP8()] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    icePortRange: [20_600, 20_699],
  });
  closers.push(
    () => link.close(),
    () => client.close(),
  );
  const microphone = new MediaStreamTrack({ kind: 'audio' });
  client.addTransceiver(microphone, { direction: 'sendrecv' });
  const videoPackets: RtpPacket[] = [];
  const audioPackets: RtpPacket[] = [];
  client.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe((packet) => (track.kind === 'video' ? videoPackets : audioPackets).push(packet));
  });
  if (seesPicture) client.addTransceiver('video', { direction: 'recvonly' });
  const channel = client.createDataChannel('oai-events');
  const messages: string[] = [];
  channel.onMessage.subscribe((message) => messages.push(String(message)));
  await client.setLocalDescription(await client.createOffer());
  await link.setRemoteDescription({ type: 'offer', sdp: client.localDescription?.sdp ?? '' });
  const told = events.find((event) => event.type === 'local-description');
  const answer = told?.type === 'local-description' ? told.description : { type: 'answer' as const, sdp: '' };
  await client.setRemoteDescription(answer);
  await waitUntil(() => events.some((event) => event.type === 'channel' && event.state === 'open'));
  return { link, client, channel, microphone, events, heard, agreed, messages, audioPackets, videoPackets, answer };
}

it('answers an offer: sound both ways, events over the data channel, and no picture that nobody asked for', async () => {
  const { link, channel, microphone, events, heard, agreed, messages, audioPackets, answer } = await call(false);
  expect(answer.type).toBe('answer');
  expect(answer.sdp).not.toContain('m=video');
  expect(agreed[0]?.videoCodec).toBeNull();
  link.sendMessage('{"type":"session.created"}');
  channel.send('{"type":"session.update"}');
  await waitUntil(() => messages.length > 0 && events.some((event) => event.type === 'channel-message'));
  expect(messages).toEqual(['{"type":"session.created"}']);
  expect(events).toContainEqual({ type: 'channel-message', text: '{"type":"session.update"}' });

  const encoder = await OpusEncoder.open();
  closers.push(() => encoder.close());
  const tone = Int16Array.from({ length: 960 }, (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / 48_000));
  for (let count = 0; count < 50; count += 1) {
    const header = new RtpHeader({ sequenceNumber: count + 1, timestamp: count * 960, payloadType: 96 });
    microphone.writeRtp(new RtpPacket(header, Buffer.from(encoder.encode(tone))));
    link.sendAudio(encoder.encode(tone), count * 20);
  }
  await waitUntil(() => heard.length >= 45 && audioPackets.length >= 45);
  const loud = heard.at(-1) ?? new Int16Array();
  expect(loud.length).toBe(480);
  expect(Math.max(...loud)).toBeGreaterThan(4000);
});

it('shows a picture to a client that offers to take one', async () => {
  const { agreed, answer, videoPackets } = await call(true);
  expect(answer.sdp).toMatch(/m=video [1-9][\s\S]*a=sendonly/);
  const [peer] = agreed;
  expect(peer?.videoCodec).toBe('vp8');
  await waitUntil(() => peer?.isVideoReady === true);
  const picture = new Uint8Array(600);
  peer?.sendVideo({ data: picture, isKeyFrame: true } as never, 0);
  await waitUntil(() => videoPackets.length > 0);
});

it('tells when the client hangs up', async () => {
  const { client, events } = await call(false);
  await client.close();
  await waitUntil(() => events.some((event) => event.type === 'channel' && event.state === 'closed'));
});

it('refuses an offer without sound', async () => {
  const link = new CallLink({
    config: { sessionId: 's', iceServers: [], connection: 'answer' },
    resources: { clock: systemClock, network: { publicAddresses: [] } },
    logger: silentLogger,
    listener: () => {},
    onKeyFrameRequest: () => {},
    onTargetBitrate: () => {},
    onAgreed: async () => {},
    onSound: () => {},
  });
  closers.push(() => link.close());
  await expect(link.setRemoteDescription({ type: 'offer', sdp: 'v=0\r\n' })).rejects.toThrow('no audio section');
});

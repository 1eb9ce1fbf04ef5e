import { expect, test } from 'vitest';
import { usableIceServers } from './ice-servers.ts';
import { RtpHeaderWriter } from './rtp-header.ts';
import {
  extraHostCandidates,
  fitAnswerToOffer,
  readAnswer,
  readOffer,
  tidyDescription,
} from './session-description.ts';

const TRANSPORT_URI = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const answer = (video: string) =>
  [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=recvonly',
    'a=rtpmap:111 OPUS/48000/2',
    video,
    '',
  ].join('\n');
const video = (payloads: string, ...lines: string[]) =>
  [`m=video 9 UDP/TLS/RTP/SAVPF ${payloads}`, 'c=IN IP4 0.0.0.0', 'a=mid:1', 'a=recvonly', ...lines].join('\n');

test('the first codec of ours in the answer is taken, with its own RTX and the extensions it kept', () => {
  const media = readAnswer(
    answer(
      video(
        '45 102 96 103 97',
        'a=rtpmap:45 AV1/90000',
        'a=rtpmap:102 H264/90000',
        'a=rtpmap:96 VP8/90000',
        'a=rtpmap:97 rtx/90000',
        'a=fmtp:97 apt=96',
        'a=rtpmap:103 RTX/90000',
        'a=fmtp:103 apt=102',
        `a=extmap:7 ${TRANSPORT_URI}`,
      ),
    ),
  );
  expect(media.video).toEqual({
    mid: '1',
    codec: 'h264',
    payloadType: 102,
    rtxPayloadType: 103,
    extensions: { transportSequence: 7 },
  });
  expect(media.audio).toEqual({ mid: '0', payloadType: 111, extensions: {} });
});

test('an answer with renumbered VP8 and no RTX is followed', () => {
  const media = readAnswer(answer(video('120', 'a=rtpmap:120 vp8/90000')));
  expect(media.video).toMatchObject({ codec: 'vp8', payloadType: 120, rtxPayloadType: null });
});

test.for([
  video('45', 'a=rtpmap:45 AV1/90000'),
  video('96', 'a=rtpmap:96 VP8/90000').replace('m=video 9', 'm=video 0'),
])('an answer that keeps neither VP8 nor H.264 is refused with a reason', (section) => {
  expect(() => readAnswer(answer(section))).toThrow(/VP8 or H\.264/);
});

test('a description is made fit for strict readers', () => {
  const tidy = tidyDescription(
    'v=0\na=ice-options:ice2,trickle\nm=video 1 x 97\na=msid:s t\na=msid:s t\na=rtpmap:97 RTX/90000\na=candidate:1 1 UDP 2114977791 10.0.0.2 20000 typ host',
    ['203.0.113.9'],
  );
  expect(tidy).toBe(
    [
      'v=0',
      'a=ice-options:ice2 trickle',
      'm=video 1 x 97',
      'a=msid:s t',
      'a=rtpmap:97 rtx/90000',
      'a=candidate:1 1 UDP 2114977791 10.0.0.2 20000 typ host',
      'a=candidate:190 1 UDP 2114977790 203.0.113.9 20000 typ host',
      '',
    ].join('\r\n'),
  );
});

test('only host candidates get further addresses', () => {
  const reflexive = 'candidate:2 1 UDP 1678769919 198.51.100.7 4000 typ srflx raddr 0.0.0.0 rport 0';
  expect(extraHostCandidates(reflexive, ['203.0.113.9'])).toEqual([]);
});

test('an answer names no format and no extension that the offer lacks, and refuses sections that are not ours', () => {
  const lines = (...text: string[]) => text.map((line) => `${line}\r\n`).join('');
  const offer = lines('v=0', 'm=video 9 x 96 45', 'a=mid:1', 'a=extmap:4 urn:four', 'm=video 9 x 100', 'a=mid:2');
  const generated = lines(
    'v=0',
    'm=video 9 x 96 97',
    'a=mid:1',
    'a=sendonly',
    'a=extmap:4 urn:four',
    'a=extmap:2 urn:two',
    'a=rtpmap:96 VP8/90000',
    'a=rtcp-fb:97 nack',
    'a=rtpmap:97 rtx/90000',
    'm=video 9 x 100',
    'a=mid:2',
    'a=recvonly',
  );
  expect(fitAnswerToOffer(generated, offer)).toBe(
    lines(
      'v=0',
      'm=video 9 x 96',
      'a=mid:1',
      'a=sendonly',
      'a=extmap:4 urn:four',
      'a=rtpmap:96 VP8/90000',
      'm=video 9 x 100',
      'a=mid:2',
      'a=inactive',
    ),
  );
});

test('of the ICE servers those that speak UDP are used', () => {
  const account = { username: 'u', credential: 'c' };
  expect(
    usableIceServers([
      { urls: ['stun:stun.example.org', 'stun:[2001:db8::1]:3479'] },
      { urls: ['turn:turn.example.org?transport=udp', 'turn:turn.example.org?transport=tcp'], ...account },
      { urls: ['turns:turn.example.org:443', 'turn:no-account.example.org', 'nonsense'] },
    ]),
  ).toEqual([
    { hostname: 'stun.example.org', port: 3478 },
    { hostname: '2001:db8::1', port: 3479 },
    { hostname: 'turn.example.org', port: 3478, username: 'u', password: 'c', relayType: 'TurnUdp' },
  ]);
});

const URI_MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const offer = (mid: string, extensionId: number, payloadType = 111) =>
  [
    'v=0',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    `a=mid:${mid}`,
    `a=extmap:${extensionId} ${URI_MID}`,
    `a=rtpmap:${payloadType} opus/48000/2`,
    '',
  ].join('\r\n');

test.each([
  ['a mid that fits', 'm'.repeat(16), 3, { mid: 3 }],
  ['a mid that is too long', 'm'.repeat(17), 3, {}],
  ['an endless mid', 'm'.repeat(4000), 3, {}],
  ['an id that is none', '0', 0, {}],
  ['an id of the longer form', '0', 15, {}],
])('an offer with %s gives packets with room for their sound', (_what, mid, id, extensions) => {
  const { audio } = readOffer(offer(mid, id));
  expect(audio.extensions).toEqual(extensions);
  expect(new RtpHeaderWriter(audio.mid, audio.extensions).byteLength).toBeLessThanOrEqual(36);
});

test('an offer with a payload type that RTP does not have is refused', () => {
  expect(readOffer(offer('0', 3, 127)).audio.payloadType).toBe(127);
  expect(() => readOffer(offer('0', 3, 128))).toThrow('RTP has no payload type 128');
});

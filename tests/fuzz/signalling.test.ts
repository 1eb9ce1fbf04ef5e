import { parseClientMessage } from '@visavis/protocol/schemas';
import { mutateText } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import {
  extraHostCandidates,
  fitAnswerToOffer,
  iceUserFragment,
  readAnswer,
  tidyDescription,
} from '../../packages/media/src/webrtc/session-description.ts';
import { fuzz, textMutation } from './support/fuzz.ts';

const OFFER = [
  'v=0',
  'o=rtc 2890844526 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=setup:actpass',
  'a=ice-ufrag:mtLP',
  'a=ice-pwd:kRP0oOl3cM3zrPN1yP7gPm',
  'a=ice-options:ice2,trickle',
  `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=ssrc:1 cname:visavis',
  'a=msid:visavis audio',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sendonly',
  'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack pli',
  'a=rtpmap:97 RTX/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 profile-level-id=42e01f;packetization-mode=1',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
  'a=candidate:1 1 UDP 2122317823 192.0.2.1 50000 typ host',
  '',
].join('\r\n');
const ANSWER = OFFER.replaceAll('sendonly', 'recvonly').replace('actpass', 'active');
const CANDIDATES = [
  'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host generation 0 ufrag mtLP network-id 1',
  'candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active',
  'candidate:3 1 udp 1686052607 203.0.113.9 40000 typ srflx raddr 192.0.2.1 rport 54321',
  'candidate:4 1 udp 2113937151 4f2f0a3e-7d6a-4f34-9d1c-0a1b2c3d4e5f.local 50000 typ host',
];

test('descriptions and candidates of a hostile peer are read or refused, and never longer than they came', async () => {
  const read = { answers: 0, refusals: 0 };
  await fuzz({
    wire: 'signalling',
    corpus: [OFFER, ANSWER, ...CANDIDATES].map((text) => Buffer.from(text)),
    mutate: textMutation(mutateText),
    feed(input) {
      const text = Buffer.from(input).toString('utf8');
      try {
        readAnswer(text);
        read.answers += 1;
      } catch {
        read.refusals += 1;
      }
      iceUserFragment(text);
      for (const line of [...extraHostCandidates(text, ['203.0.113.9']), tidyDescription(text, ['203.0.113.9'])]) {
        expect(line.length).toBeLessThan(4 * text.length + 200);
      }
      fitAnswerToOffer(text, OFFER);
      fitAnswerToOffer(ANSWER, text);
      for (const message of [
        { type: 'webrtc.signaling.answer', data: { sdp: { type: 'answer', sdp: text } } },
        {
          type: 'webrtc.signaling.iceCandidate',
          data: { candidate: { candidate: text, sdpMid: text, sdpMLineIndex: 0 } },
        },
      ]) {
        parseClientMessage(JSON.stringify(message));
      }
    },
  });
  expect(read.answers).toBeGreaterThan(100);
  expect(read.refusals).toBeGreaterThan(100);
});

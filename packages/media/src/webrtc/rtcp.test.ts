import { expect, test } from 'vitest';
import {
  GenericNack,
  PacketStatus,
  PictureLossIndication,
  ReceiverEstimatedMaxBitrate,
  RecvDelta,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  RunLengthChunk,
  StatusVectorChunk,
  TransportWideCC,
} from 'werift';
import { parseRtcp, type ReportBlock, type RtcpVisitor } from './rtcp-parser.ts';
import { buildSenderReport, compactNtpTime, roundTripMs } from './sender-report.ts';
import { parseTransportFeedback } from './transport-feedback.ts';

const MEDIA_SSRC = 0x1234_5678;

function record(): { seen: unknown[]; visitor: RtcpVisitor } {
  const seen: unknown[] = [];
  const visitor: RtcpVisitor = {
    reportBlock: (block: ReportBlock) => seen.push(block),
    nack: (ssrc, sequence) => seen.push(['nack', ssrc, sequence]),
    pictureLoss: (ssrc) => seen.push(['pli', ssrc]),
    fullIntraRequest: (ssrc, sequence) => seen.push(['fir', ssrc, sequence]),
    receiverEstimate: (kbps) => seen.push(['remb', kbps]),
    transportFeedback: (packet) => seen.push(['twcc', packet.byteLength]),
  };
  return { seen, visitor };
}

/** RFC 5104, 4.3.1: one entry with a command sequence number. */
function fullIntraRequest(commandSequence: number): Buffer {
  const packet = Buffer.from([0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, commandSequence, 0, 0, 0]);
  packet.writeUInt32BE(MEDIA_SSRC, 12);
  return packet;
}

test('a compound of receiver report, NACK, PLI, FIR and REMB is understood', () => {
  const report = new RtcpReceiverInfo({ ssrc: MEDIA_SSRC, fractionLost: 64, packetsLost: 3, lsr: 77, dlsr: 65_536 });
  const compound = Buffer.concat([
    new RtcpRrPacket({ ssrc: 1, reports: [report] }).serialize(),
    new RtcpTransportLayerFeedback({
      feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: MEDIA_SSRC, lost: [65_535, 0, 3, 900] }),
    }).serialize(),
    new RtcpPayloadSpecificFeedback({
      feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: MEDIA_SSRC }),
    }).serialize(),
    fullIntraRequest(9),
    new RtcpPayloadSpecificFeedback({
      feedback: new ReceiverEstimatedMaxBitrate({ senderSsrc: 1, brExp: 3, brMantissa: 62_500, ssrcFeedbacks: [1] }),
    }).serialize(),
  ]);
  const { seen, visitor } = record();
  parseRtcp(compound, visitor);
  expect(seen).toEqual([
    {
      ssrc: MEDIA_SSRC,
      fractionLost: 0.25,
      packetsLost: 3,
      lastSenderReport: 77,
      delaySinceLastSenderReport: 65_536,
    },
    ['nack', MEDIA_SSRC, 65_535],
    ['nack', MEDIA_SSRC, 0],
    ['nack', MEDIA_SSRC, 3],
    ['nack', MEDIA_SSRC, 900],
    ['pli', MEDIA_SSRC],
    ['fir', MEDIA_SSRC, 9],
    ['remb', 500],
  ]);
});

test('garbage and truncated packets are ignored without an error', () => {
  const { seen, visitor } = record();
  const whole = new RtcpRrPacket({ ssrc: 1, reports: [new RtcpReceiverInfo({ ssrc: MEDIA_SSRC })] }).serialize();
  let seed = 1;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return seed >> 8;
  };
  for (let length = 0; length < whole.byteLength; length += 1) parseRtcp(whole.subarray(0, length), visitor);
  for (let round = 0; round < 20_000; round += 1) {
    const packet = Buffer.from(Array.from({ length: random() % 60 }, () => random() & 0xff));
    if (packet.byteLength > 4) {
      packet[0] = 0x80 | (packet[0]! & 0x1f);
      packet[1] = 200 + (random() % 7);
      packet.writeUInt16BE(Math.max(0, (packet.byteLength >> 2) - 1), 2);
    }
    parseRtcp(packet, { ...visitor, transportFeedback: (feedback) => parseTransportFeedback(feedback, () => {}) });
  }
  expect(seen.length).toBeGreaterThan(100);
});

test('transport-wide feedback with runs, vectors, negative deltas and gaps is read', () => {
  const deltas = [250, 500, -1000, 70_000, 250];
  const feedback = new TransportWideCC({
    senderSsrc: 1,
    mediaSourceSsrc: MEDIA_SSRC,
    baseSequenceNumber: 65_534,
    packetStatusCount: 8,
    referenceTime: 10,
    fbPktCount: 1,
    packetChunks: [
      new RunLengthChunk({ packetStatus: PacketStatus.TypeTCCPacketReceivedSmallDelta, runLength: 2 }),
      new StatusVectorChunk({ type: 1, symbolSize: 1, symbolList: [2, 0, 2, 0, 0, 1, 0] }),
    ],
    recvDeltas: deltas.map((delta) => new RecvDelta({ delta })),
  });
  const seen: unknown[] = [];
  parseTransportFeedback(feedback.serialize(), (sequence, atMs) => seen.push([sequence, atMs]));
  expect(seen).toEqual([
    [65_534, 640.25],
    [65_535, 640.75],
    [0, 639.75],
    [1, null],
    [2, 709.75],
    [3, null],
    [4, null],
    [5, 710],
  ]);
});

test('a sender report is read by another stack, and its time comes back as a round trip', () => {
  const wallMs = Date.UTC(2030, 1, 2, 3, 4, 5, 678);
  const bytes = buildSenderReport({
    ssrc: MEDIA_SSRC,
    wallMs,
    rtpTimestamp: 0xffff_fff0,
    packetCount: 12,
    octetCount: 3456,
    canonicalName: 'name',
  });
  const [report, description] = RtcpPacketConverter.deSerialize(bytes);
  expect(report).toBeInstanceOf(RtcpSrPacket);
  const { ssrc, senderInfo } = report as RtcpSrPacket;
  expect(ssrc).toBe(MEDIA_SSRC);
  expect(senderInfo).toMatchObject({ rtpTimestamp: 0xffff_fff0, packetCount: 12, octetCount: 3456 });
  const secondsSince1900 =
    Number(senderInfo.ntpTimestamp >> 32n) + Number(senderInfo.ntpTimestamp & 0xffffffffn) / 2 ** 32;
  expect((secondsSince1900 - 2_208_988_800) * 1000).toBeCloseTo(wallMs, 0);
  expect(description).toMatchObject({ type: 202 });

  const delayUnits = Math.round(0.25 * 65_536);
  expect(roundTripMs(wallMs + 250 + 48, compactNtpTime(wallMs), delayUnits)).toBeCloseTo(48, 0);
});

const PACKET_SENDER_REPORT = 200;
const PACKET_RECEIVER_REPORT = 201;
const PACKET_TRANSPORT_FEEDBACK = 205;
const PACKET_PAYLOAD_FEEDBACK = 206;
const FORMAT_NACK = 1;
const FORMAT_TRANSPORT_WIDE = 15;
const FORMAT_PICTURE_LOSS = 1;
const FORMAT_FULL_INTRA = 4;
const FORMAT_APPLICATION = 15;
const REPORT_BLOCK_BYTES = 24;
const REMB_IDENTIFIER = 0x52454d42;

export type ReportBlock = {
  readonly ssrc: number;
  /** 0 to 1, since the report before. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  /** Middle 32 bits of the NTP time of the last sender report received; 0 when there was none. */
  readonly lastSenderReport: number;
  /** In units of 1/65,536 s. */
  readonly delaySinceLastSenderReport: number;
};

export type RtcpVisitor = {
  reportBlock(block: ReportBlock): void;
  /** `sequence` of the stream `mediaSsrc` is missing at the receiver. */
  nack(mediaSsrc: number, sequence: number): void;
  pictureLoss(mediaSsrc: number): void;
  fullIntraRequest(mediaSsrc: number, commandSequence: number): void;
  /** The receiver's own estimate of the path (draft-alvestrand-rmcat-remb). */
  receiverEstimate(kbps: number): void;
  /** A whole transport-wide feedback packet, for `parseTransportFeedback`. */
  transportFeedback(packet: Buffer): void;
};

/**
 * Walks a compound or reduced-size RTCP packet (RFC 3550, 4585, 5104, 5506) and calls the visitor for what concerns a
 * sender. Anything malformed ends the walk of its packet; nothing is thrown.
 */
export function parseRtcp(compound: Buffer, visitor: RtcpVisitor): void {
  let offset = 0;
  while (offset + 4 <= compound.byteLength) {
    const byteLength = (compound.readUInt16BE(offset + 2) + 1) * 4;
    if (compound.readUInt8(offset) >> 6 !== 2 || offset + byteLength > compound.byteLength) return;
    parsePacket(compound.subarray(offset, offset + byteLength), visitor);
    offset += byteLength;
  }
}

function parsePacket(packet: Buffer, visitor: RtcpVisitor): void {
  const format = packet.readUInt8(0) & 0x1f;
  switch (packet.readUInt8(1)) {
    case PACKET_SENDER_REPORT:
      parseReportBlocks(packet, 28, format, visitor);
      break;
    case PACKET_RECEIVER_REPORT:
      parseReportBlocks(packet, 8, format, visitor);
      break;
    case PACKET_TRANSPORT_FEEDBACK:
      if (format === FORMAT_NACK) parseNack(packet, visitor);
      else if (format === FORMAT_TRANSPORT_WIDE && packet.byteLength >= 20) visitor.transportFeedback(packet);
      break;
    case PACKET_PAYLOAD_FEEDBACK:
      parsePayloadFeedback(packet, format, visitor);
      break;
  }
}

function parseReportBlocks(packet: Buffer, start: number, count: number, visitor: RtcpVisitor): void {
  for (let index = 0; index < count; index += 1) {
    const offset = start + index * REPORT_BLOCK_BYTES;
    if (offset + REPORT_BLOCK_BYTES > packet.byteLength) return;
    visitor.reportBlock({
      ssrc: packet.readUInt32BE(offset),
      fractionLost: packet.readUInt8(offset + 4) / 256,
      packetsLost: packet.readIntBE(offset + 5, 3),
      lastSenderReport: packet.readUInt32BE(offset + 16),
      delaySinceLastSenderReport: packet.readUInt32BE(offset + 20),
    });
  }
}

function parseNack(packet: Buffer, visitor: RtcpVisitor): void {
  if (packet.byteLength < 12) return;
  const mediaSsrc = packet.readUInt32BE(8);
  for (let offset = 12; offset + 4 <= packet.byteLength; offset += 4) {
    const first = packet.readUInt16BE(offset);
    const following = packet.readUInt16BE(offset + 2);
    visitor.nack(mediaSsrc, first);
    for (let bit = 0; bit < 16; bit += 1) {
      if ((following >> bit) & 1) visitor.nack(mediaSsrc, (first + bit + 1) & 0xffff);
    }
  }
}

function parsePayloadFeedback(packet: Buffer, format: number, visitor: RtcpVisitor): void {
  if (packet.byteLength < 12) return;
  if (format === FORMAT_PICTURE_LOSS) {
    visitor.pictureLoss(packet.readUInt32BE(8));
  } else if (format === FORMAT_FULL_INTRA) {
    for (let offset = 12; offset + 8 <= packet.byteLength; offset += 8) {
      visitor.fullIntraRequest(packet.readUInt32BE(offset), packet.readUInt8(offset + 4));
    }
  } else if (format === FORMAT_APPLICATION && packet.byteLength >= 20) {
    if (packet.readUInt32BE(12) !== REMB_IDENTIFIER) return;
    const exponent = packet.readUInt8(17) >> 2;
    const mantissa = ((packet.readUInt8(17) & 3) << 16) | packet.readUInt16BE(18);
    visitor.receiverEstimate((mantissa * 2 ** exponent) / 1000);
  }
}

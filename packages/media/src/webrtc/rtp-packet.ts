const HEADER_BYTES = 12;
/** What a path carries in one piece, and no sender goes beyond. */
const MAX_PACKET_BYTES = 1500;

/** A packet of the client, without its extensions. `payload` is a view into what was read. */
export type RtpPacket = {
  readonly payloadType: number;
  readonly isMarked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
};

/** Reads RTP (RFC 3550, 5.1). Null: it is none, or carries nothing. */
export function readRtpPacket(packet: Buffer): RtpPacket | null {
  if (packet.length < HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return null;
  const [first, second] = [packet.readUInt8(0), packet.readUInt8(1)];
  if (first >> 6 !== 2) return null;
  let start = HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (packet.length < start + 4) return null;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : packet.readUInt8(packet.length - 1);
  const end = packet.length - padding;
  if (start >= end) return null;
  return {
    payloadType: second & 0x7f,
    isMarked: (second & 0x80) !== 0,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(start, end),
  };
}

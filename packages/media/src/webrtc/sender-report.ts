const SENDER_REPORT_BYTES = 28;
const NTP_EPOCH_OFFSET_S = 2_208_988_800;

export type SenderReport = {
  readonly ssrc: number;
  /** Milliseconds since 1970 at the moment that `rtpTimestamp` describes. */
  readonly wallMs: number;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  readonly canonicalName: string;
};

/** A compound of sender report and source description with the canonical name (RFC 3550, 6.4.1 and 6.5). */
export function buildSenderReport(report: SenderReport): Buffer {
  const name = Buffer.from(report.canonicalName);
  const chunkBytes = Math.ceil((4 + 2 + name.byteLength + 1) / 4) * 4;
  const packet = Buffer.alloc(SENDER_REPORT_BYTES + 4 + chunkBytes);
  const { seconds, fraction } = ntpTime(report.wallMs);
  packet[0] = 0x80;
  packet[1] = 200;
  packet.writeUInt16BE(SENDER_REPORT_BYTES / 4 - 1, 2);
  packet.writeUInt32BE(report.ssrc, 4);
  packet.writeUInt32BE(seconds, 8);
  packet.writeUInt32BE(fraction, 12);
  packet.writeUInt32BE(report.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(report.packetCount >>> 0, 20);
  packet.writeUInt32BE(report.octetCount >>> 0, 24);
  const description = SENDER_REPORT_BYTES;
  packet[description] = 0x81;
  packet[description + 1] = 202;
  packet.writeUInt16BE(chunkBytes / 4, description + 2);
  packet.writeUInt32BE(report.ssrc, description + 4);
  packet[description + 8] = 1;
  packet[description + 9] = name.byteLength;
  packet.set(name, description + 10);
  return packet;
}

/** Middle 32 bits of the NTP time, as receiver reports quote it. */
export function compactNtpTime(wallMs: number): number {
  const { seconds, fraction } = ntpTime(wallMs);
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/** Round trip from a report block: now − last report − delay since (RFC 3550, 6.4.1). Negative when the block is stale. */
export function roundTripMs(nowWallMs: number, lastSenderReport: number, delaySinceLastSenderReport: number): number {
  const units = (compactNtpTime(nowWallMs) - lastSenderReport - delaySinceLastSenderReport) | 0;
  return (units * 1000) / 65_536;
}

function ntpTime(wallMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(wallMs / 1000);
  const fraction = Math.floor((wallMs / 1000 - seconds) * 2 ** 32);
  return { seconds: (seconds + NTP_EPOCH_OFFSET_S) >>> 0, fraction: fraction >>> 0 };
}

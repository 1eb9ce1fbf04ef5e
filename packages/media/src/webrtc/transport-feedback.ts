const HEADER_BYTES = 20;
const REFERENCE_UNIT_MS = 64;
const DELTA_UNIT_MS = 0.25;
const STATUS_SMALL_DELTA = 1;
const STATUS_LARGE_DELTA = 2;

/** `receivedAtMs` is on the receiver's clock, modulo the 24-bit reference time; null means not received. */
export type FeedbackVisitor = (sequence: number, receivedAtMs: number | null) => void;

/**
 * Reads one transport-wide congestion control feedback packet (draft-holmer-rmcat-transport-wide-cc-extensions-01) and
 * calls `visit` once per reported packet in order of sequence number. A packet cut short ends the walk early.
 */
export function parseTransportFeedback(packet: Buffer, visit: FeedbackVisitor): void {
  if (packet.byteLength < HEADER_BYTES) return;
  const firstSequence = packet.readUInt16BE(12);
  const statusCount = packet.readUInt16BE(14);
  const statuses = readStatuses(packet, statusCount);
  let receivedAtMs = packet.readIntBE(16, 3) * REFERENCE_UNIT_MS;
  let offset = statuses.endOffset;
  for (const [index, status] of statuses.values.entries()) {
    const sequence = (firstSequence + index) & 0xffff;
    if (status === STATUS_SMALL_DELTA) {
      if (offset + 1 > packet.byteLength) return;
      receivedAtMs += packet.readUInt8(offset) * DELTA_UNIT_MS;
      offset += 1;
      visit(sequence, receivedAtMs);
    } else if (status === STATUS_LARGE_DELTA) {
      if (offset + 2 > packet.byteLength) return;
      receivedAtMs += packet.readInt16BE(offset) * DELTA_UNIT_MS;
      offset += 2;
      visit(sequence, receivedAtMs);
    } else {
      visit(sequence, null);
    }
  }
}

/** Reads run-length chunks (top bit 0) and status vectors of one-bit or two-bit symbols (top bits 10 and 11). */
function readStatuses(packet: Buffer, statusCount: number): { values: number[]; endOffset: number } {
  const values: number[] = [];
  let offset = HEADER_BYTES;
  while (values.length < statusCount && offset + 2 <= packet.byteLength) {
    const chunk = packet.readUInt16BE(offset);
    offset += 2;
    if ((chunk & 0x8000) === 0) {
      const status = (chunk >> 13) & 3;
      const runLength = Math.min(chunk & 0x1fff, statusCount - values.length);
      for (let index = 0; index < runLength; index += 1) values.push(status);
    } else {
      const bitsPerSymbol = (chunk & 0x4000) === 0 ? 1 : 2;
      const symbolMask = bitsPerSymbol === 1 ? 1 : 3;
      for (let shift = 14 - bitsPerSymbol; shift >= 0 && values.length < statusCount; shift -= bitsPerSymbol) {
        values.push((chunk >> shift) & symbolMask);
      }
    }
  }
  return { values, endOffset: offset };
}

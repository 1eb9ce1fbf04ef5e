import type { RtpPacket } from './rtp-packet.ts';

const REPORT_BYTES = 32;
const PICTURE_LOSS_BYTES = 12;
const ESTIMATE_BYTES = 24;
const VERSION_2 = 0x80;
const RECEIVER_REPORT = 201;
const PAYLOAD_FEEDBACK = 206;
const PICTURE_LOSS = 1;
const APPLICATION = 15;
const REMB = 0x52454d42;
/** As much as a good picture a second takes, with what browsers send between the key frames. */
const CAMERA_BITS_PER_SECOND = 800_000;

/** What a camera's sender is told: how its packets arrive, how much it may send, and that a key frame is wanted. */
export class CameraFeedback {
  readonly #senderSsrc: number;
  #ssrc: number | null = null;
  #firstSequence = 0;
  /** With the number of times that it began anew in its upper half. */
  #highestSequence = 0;
  #received = 0;
  #reportedExpected = 0;
  #reportedReceived = 0;

  constructor(senderSsrc: number) {
    this.#senderSsrc = senderSsrc;
  }

  note({ ssrc, sequence }: Pick<RtpPacket, 'ssrc' | 'sequence'>): void {
    if (ssrc !== this.#ssrc) {
      [this.#ssrc, this.#firstSequence, this.#highestSequence] = [ssrc, sequence, sequence];
      [this.#received, this.#reportedExpected, this.#reportedReceived] = [0, 0, 0];
    }
    this.#received += 1;
    const ahead = (sequence - this.#highestSequence) & 0xffff;
    if (ahead < 0x8000) this.#highestSequence = (this.#highestSequence + ahead) >>> 0;
  }

  /** A report (RFC 3550, 6.4.2), the request (RFC 4585, 6.3.1), and the bitrate (draft-alvestrand-rmcat-remb), for whom was noted last. */
  request(): Buffer {
    const packet = Buffer.alloc(REPORT_BYTES + PICTURE_LOSS_BYTES + ESTIMATE_BYTES);
    this.#writeReport(packet.subarray(0, REPORT_BYTES));
    const loss = packet.subarray(REPORT_BYTES, REPORT_BYTES + PICTURE_LOSS_BYTES);
    this.#writeHead(loss, PICTURE_LOSS, PAYLOAD_FEEDBACK);
    loss.writeUInt32BE(this.#ssrc ?? 0, 8);
    this.#writeEstimate(packet.subarray(REPORT_BYTES + PICTURE_LOSS_BYTES));
    return packet;
  }

  #writeReport(report: Buffer): void {
    this.#writeHead(report, 1, RECEIVER_REPORT);
    const expected = this.#highestSequence - this.#firstSequence + 1;
    const [lately, received] = [expected - this.#reportedExpected, this.#received - this.#reportedReceived];
    const fractionLost = lately > 0 ? Math.max(0, lately - received) / lately : 0;
    [this.#reportedExpected, this.#reportedReceived] = [expected, this.#received];
    report.writeUInt32BE(this.#ssrc ?? 0, 8);
    report.writeUInt8(Math.min(255, Math.floor(fractionLost * 256)), 12);
    report.writeUIntBE(Math.min(0x7f_ffff, Math.max(0, expected - this.#received)), 13, 3);
    report.writeUInt32BE(this.#highestSequence, 16);
  }

  #writeEstimate(estimate: Buffer): void {
    this.#writeHead(estimate, APPLICATION, PAYLOAD_FEEDBACK);
    estimate.writeUInt32BE(REMB, 12);
    const exponent = Math.max(0, Math.ceil(Math.log2(CAMERA_BITS_PER_SECOND)) - 18);
    const mantissa = Math.floor(CAMERA_BITS_PER_SECOND / 2 ** exponent);
    estimate.writeUInt8(1, 16);
    estimate.writeUIntBE((exponent << 18) | mantissa, 17, 3);
    estimate.writeUInt32BE(this.#ssrc ?? 0, 20);
  }

  #writeHead(packet: Buffer, count: number, type: number): void {
    packet.set([VERSION_2 | count, type]);
    packet.writeUInt16BE(packet.length / 4 - 1, 2);
    packet.writeUInt32BE(this.#senderSsrc, 4);
  }
}

const RTP_HEADER_BYTES = 12;
const VERSION_2 = 0x80;
const HAS_EXTENSION = 0x10;
const MARKER = 0x80;
const ONE_BYTE_EXTENSION_PROFILE = 0xbede;
const ABSOLUTE_SEND_TIME_UNITS_PER_SECOND = 2 ** 18;

/** Ids of the header extensions that both sides agreed on. */
export type HeaderExtensionIds = {
  readonly mid?: number;
  readonly absoluteSendTime?: number;
  readonly transportSequence?: number;
};

/**
 * Writes RTP headers (RFC 3550) with one-byte header extensions (RFC 8285): the stream's mid (RFC 8843), the absolute
 * send time and the transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01). The two that
 * belong to the moment of sending are filled in by `stamp`.
 */
export class RtpHeaderWriter {
  /** Bytes of the header with its extensions. The same for every packet. */
  readonly byteLength: number;
  readonly #extensions: Buffer;
  #absoluteSendTimeOffset = -1;
  #transportSequenceOffset = -1;

  constructor(mid: string, ids: HeaderExtensionIds) {
    const elements: number[] = [];
    const begin = (id: number, byteLength: number) => {
      elements.push((id << 4) | (byteLength - 1));
      return RTP_HEADER_BYTES + 4 + elements.length;
    };
    if (ids.mid !== undefined && mid.length > 0) {
      begin(ids.mid, mid.length);
      elements.push(...Buffer.from(mid, 'latin1'));
    }
    if (ids.absoluteSendTime !== undefined) {
      this.#absoluteSendTimeOffset = begin(ids.absoluteSendTime, 3);
      elements.push(0, 0, 0);
    }
    if (ids.transportSequence !== undefined) {
      this.#transportSequenceOffset = begin(ids.transportSequence, 2);
      elements.push(0, 0);
    }
    const paddedBytes = Math.ceil(elements.length / 4) * 4;
    this.#extensions = Buffer.alloc(elements.length === 0 ? 0 : 4 + paddedBytes);
    if (elements.length > 0) {
      this.#extensions.writeUInt16BE(ONE_BYTE_EXTENSION_PROFILE, 0);
      this.#extensions.writeUInt16BE(paddedBytes / 4, 2);
      this.#extensions.set(elements, 4);
    }
    this.byteLength = RTP_HEADER_BYTES + this.#extensions.byteLength;
  }

  get carriesTransportSequence(): boolean {
    return this.#transportSequenceOffset >= 0;
  }

  write(
    target: Buffer,
    payloadType: number,
    isMarked: boolean,
    sequence: number,
    timestamp: number,
    ssrc: number,
  ): void {
    target[0] = VERSION_2 | (this.#extensions.byteLength > 0 ? HAS_EXTENSION : 0);
    target[1] = payloadType | (isMarked ? MARKER : 0);
    target.writeUInt16BE(sequence, 2);
    target.writeUInt32BE(timestamp, 4);
    target.writeUInt32BE(ssrc, 8);
    target.set(this.#extensions, RTP_HEADER_BYTES);
  }

  /** @param wallMs Milliseconds since 1970; only its value modulo 64 s travels. */
  stamp(target: Buffer, wallMs: number, transportSequence: number): void {
    if (this.#absoluteSendTimeOffset >= 0) {
      const units = Math.floor(((wallMs / 1000) % 64) * ABSOLUTE_SEND_TIME_UNITS_PER_SECOND) & 0xffffff;
      target.writeUIntBE(units, this.#absoluteSendTimeOffset, 3);
    }
    if (this.#transportSequenceOffset >= 0) target.writeUInt16BE(transportSequence, this.#transportSequenceOffset);
  }
}

import type { FragmentSink } from './payload-fragment.ts';
import { pieceCount } from './payload-fragment.ts';

const DESCRIPTOR_BYTES = 4;
const EXTENDED = 0x80;
const START_OF_PARTITION = 0x10;
const HAS_PICTURE_ID = 0x80;
const LONG_PICTURE_ID = 0x80;

/** Picture ids are 15 bits long and wrap to zero. */
const PICTURE_ID_MASK = 0x7fff;

/** Splits VP8 frames into RTP payloads (RFC 7741) with a 15-bit picture id. Pieces are of equal length. */
export class Vp8Packetizer {
  #pictureId: number;
  readonly #descriptor = new Uint8Array(DESCRIPTOR_BYTES);

  constructor(firstPictureId: number) {
    this.#pictureId = firstPictureId & PICTURE_ID_MASK;
  }

  packetize(frame: Uint8Array, maxPayloadBytes: number, sink: FragmentSink): void {
    if (frame.byteLength === 0) return;
    const count = pieceCount(frame.byteLength, maxPayloadBytes - DESCRIPTOR_BYTES);
    const pieceBytes = Math.ceil(frame.byteLength / count);
    const descriptor = this.#descriptor;
    descriptor[1] = HAS_PICTURE_ID;
    descriptor[2] = LONG_PICTURE_ID | (this.#pictureId >> 8);
    descriptor[3] = this.#pictureId & 0xff;
    for (let start = 0; start < frame.byteLength; start += pieceBytes) {
      const end = Math.min(frame.byteLength, start + pieceBytes);
      descriptor[0] = EXTENDED | (start === 0 ? START_OF_PARTITION : 0);
      sink(descriptor, DESCRIPTOR_BYTES, frame, start, end, end === frame.byteLength);
    }
    this.#pictureId = (this.#pictureId + 1) & PICTURE_ID_MASK;
  }
}

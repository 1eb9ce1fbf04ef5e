import { Buffer } from 'node:buffer';

/**
 * The pipe on which the sound of calls reaches their process, beside the channel of commands, which writes objects at many times
 * the cost. One frame: number of the call, number of the message in its call, and length of the sound, as unsigned 32-bit
 * integers, little-endian; then the sound.
 */
const HEAD_BYTES = 12;
/** No sound is longer; see `LIMITS.bytes.frame`. What claims to be has lost the order of the pipe. */
const MAX_SOUND_BYTES = 16 * 1024 * 1024;

/** Which file descriptor of a media worker it is. */
export const SOUND_LANE_FD = 4;

export type SoundFrame = {
  readonly callId: number;
  /** See `InOrder`. */
  readonly sequence: number;
  /** PCM16 little-endian, mono, 24 kHz. */
  readonly bytes: Uint8Array;
};

export function writeSoundFrame({ callId, sequence, bytes }: SoundFrame): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes.length);
  frame.writeUInt32LE(callId, 0);
  frame.writeUInt32LE(sequence, 4);
  frame.writeUInt32LE(bytes.length, 8);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

/** Makes frames of what the pipe gives, however it is cut. */
export class SoundFrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error when this is no frame of ours. */
  read(piece: Buffer): SoundFrame[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const frames: SoundFrame[] = [];
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = bytes.readUInt32LE(at + 8);
      if (length > MAX_SOUND_BYTES) throw new Error('The pipe of sound holds something else.');
      const end = at + HEAD_BYTES + length;
      if (bytes.length < end) break;
      const sound = bytes.subarray(at + HEAD_BYTES, end);
      frames.push({ callId: bytes.readUInt32LE(at), sequence: bytes.readUInt32LE(at + 4), bytes: sound });
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * The pipe on which the sound of calls reaches their process, beside the channel of commands, which writes objects at many times
 * the cost. One frame: number of the call, number of the message in its call, and length of the sound, as unsigned 32-bit
 * integers, little-endian; then the sound.
 */
const HEAD_BYTES = 12;
/** No sound is longer; see `LIMITS.bytes.frame`. What claims to be has lost the order of the pipe. */
const MAX_SOUND_BYTES = 16 * 1024 * 1024;
const READ_BYTES = 64 * 1024;

/** Which file descriptor of a media worker it is. */
export const SOUND_LANE_FD = 4;

export type SoundFrame = {
  readonly callId: number;
  /** See `InOrder`. */
  readonly sequence: number;
  /** PCM16 little-endian, mono, 24 kHz. */
  readonly bytes: Uint8Array;
};

/** The pool's end: what comes in one turn of the event loop goes in one piece, for each write wakes the worker. */
export class SoundLaneWriter {
  readonly #pipe: Pick<Writable, 'write'>;
  #frames: SoundFrame[] = [];
  #taken: (() => void)[] = [];

  constructor(pipe: Pick<Writable, 'write'>) {
    this.#pipe = pipe;
  }

  /** The bytes must stay as they are until `taken` is called: the pipe has taken them, or is gone. */
  write(frame: SoundFrame, taken: () => void): void {
    if (this.#frames.length === 0) setImmediate(() => this.#flush());
    this.#frames.push(frame);
    this.#taken.push(taken);
  }

  #flush(): void {
    const taken = this.#taken;
    const piece = writeSoundFrames(this.#frames);
    this.#frames = [];
    this.#taken = [];
    this.#pipe.write(piece, () => {
      for (const tell of taken) tell();
    });
  }
}

export function writeSoundFrames(frames: readonly SoundFrame[]): Buffer {
  const piece = Buffer.allocUnsafe(frames.reduce((sum, { bytes }) => sum + HEAD_BYTES + bytes.length, 0));
  let at = 0;
  for (const { callId, sequence, bytes } of frames) {
    piece.writeUInt32LE(callId, at);
    piece.writeUInt32LE(sequence, at + 4);
    piece.writeUInt32LE(bytes.length, at + 8);
    piece.set(bytes, at + HEAD_BYTES);
    at += HEAD_BYTES + bytes.length;
  }
  return piece;
}

/** The worker's end: tells each frame that comes, as long as the process lives. */
export function readSoundLane(tell: (frame: SoundFrame) => void): void {
  const reader = new SoundFrameReader();
  const take = (length: number, buffer: Uint8Array): boolean => {
    for (const frame of reader.read(buffer.subarray(0, length))) tell(frame);
    return true;
  };
  // One buffer for all reads: else each of them takes 64 KiB and gives it back.
  const onread = { buffer: Buffer.allocUnsafe(READ_BYTES), callback: take };
  new Socket({ fd: SOUND_LANE_FD, readable: true, writable: false, onread });
}

/** Makes frames of what the pipe gives, however it is cut. */
export class SoundFrameReader {
  /** A frame that is not whole yet, or its head. */
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  #wantedBytes = 0;

  /**
   * The sound of the frames has memory of its own; `piece` may be used again.
   * @throws Error when this is no frame of ours.
   */
  read(piece: Uint8Array): SoundFrame[] {
    if (this.#heldBytes === 0) return this.#cut(piece);
    this.#hold(piece, this.#wantedBytes);
    if (this.#heldBytes < this.#wantedBytes) return [];
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#heldBytes = 0;
    return this.#cut(bytes);
  }

  #cut(bytes: Uint8Array): SoundFrame[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const frames: SoundFrame[] = [];
    let at = 0;
    let wanted = HEAD_BYTES;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = view.getUint32(at + 8, true);
      if (length > MAX_SOUND_BYTES) throw new Error('The pipe of sound holds something else.');
      wanted = HEAD_BYTES + length;
      if (bytes.length - at < wanted) break;
      const sound = new Uint8Array(bytes.subarray(at + HEAD_BYTES, at + wanted));
      frames.push({ callId: view.getUint32(at, true), sequence: view.getUint32(at + 4, true), bytes: sound });
      at += wanted;
      wanted = HEAD_BYTES;
    }
    if (at < bytes.length) this.#hold(bytes.subarray(at), wanted);
    return frames;
  }

  #hold(piece: Uint8Array, wantedBytes: number): void {
    this.#pieces.push(new Uint8Array(piece));
    this.#heldBytes += piece.length;
    this.#wantedBytes = wantedBytes;
  }
}

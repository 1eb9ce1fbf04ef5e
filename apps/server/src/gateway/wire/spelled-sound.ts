import { Buffer } from 'node:buffer';
import { LIMITS } from '@visavis/protocol';

/** What stands before and behind the base64 of a message that is nothing but sound. */
export type Spelling = { readonly head: Buffer; readonly tail: Buffer };

const PAD = 0x3d;
/** The URL-safe alphabet's own letters, which Node's decoder takes and no protocol does. */
const FOREIGN = [0x2d, 0x5f];

export function spelling(head: string, tail: string): Spelling {
  return { head: Buffer.from(head), tail: Buffer.from(tail) };
}

/** See `WireProtocol.readSound`. Whatever is unusual goes the long way, so that there is one definition of what is refused. */
export function readSpelledSound(frame: Buffer, spellings: readonly Spelling[]): Uint8Array | null {
  if (frame.length > LIMITS.bytes.frame) return null;
  for (const { head, tail } of spellings) {
    const end = frame.length - tail.length;
    if (end <= head.length || frame.compare(head, 0, head.length, 0, head.length) !== 0) continue;
    if (frame.compare(tail, 0, tail.length, end) !== 0) continue;
    return decodeBase64(frame.subarray(head.length, end));
  }
  return null;
}

/** Null unless every character counts: the decoder leaves out what it does not know. */
function decodeBase64(text: Buffer): Uint8Array | null {
  const padding = text.at(-1) !== PAD ? 0 : text.at(-2) !== PAD ? 1 : 2;
  const length = text.length - padding;
  if (length % 4 === 1 || FOREIGN.some((letter) => text.includes(letter))) return null;
  const bytes = Buffer.from(text.toString('latin1'), 'base64');
  if (bytes.length !== Math.floor((length * 3) / 4)) return null;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

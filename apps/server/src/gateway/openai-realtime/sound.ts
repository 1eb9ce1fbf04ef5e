import { Buffer } from 'node:buffer';
import type { SoundFormat } from './client-message.ts';
import { fromALaw, fromMuLaw, toALaw, toMuLaw } from './g711.ts';

/** Bytes of our sound in a millisecond: PCM16, mono, 24 kHz. */
const BYTES_PER_MS = 48;
/** Our rate is so many times that of G.711. */
const RATIO = 3;
/** Low-pass at 3.4 kHz for every third sample: a windowed sinc of nine taps that sum to one. */
const TAPS = [-0.0115, -0.0037, 0.0823, 0.2486, 0.3686, 0.2486, 0.0823, -0.0037, -0.0115] as const;

export function saidMs(bytes: Uint8Array): number {
  return bytes.length / BYTES_PER_MS;
}

/**
 * What a client sent, as PCM16 with 24 kHz.
 * @param last The last sample of what came before.
 */
export function decodeHeard(base64: string, format: SoundFormat, last: number): { bytes: Uint8Array; last: number } {
  const given = Buffer.from(base64, 'base64');
  if (format === 'audio/pcm') return { bytes: new Uint8Array(given), last: 0 };
  const decode = format === 'audio/pcmu' ? fromMuLaw : fromALaw;
  const pcm = new Int16Array(given.length * RATIO);
  let before = last;
  given.forEach((code, at) => {
    const sample = decode(code);
    for (let part = 0; part < RATIO; part += 1) {
      pcm[at * RATIO + part] = before + ((sample - before) * (part + 1)) / RATIO;
    }
    before = sample;
  });
  return { bytes: new Uint8Array(pcm.buffer), last: before };
}

/**
 * What the avatar says, in the client's format.
 * @param before Samples of the reply that were not used up.
 */
export function encodeSaid(
  bytes: Uint8Array,
  format: SoundFormat,
  before: readonly number[],
): { base64: string; lastSaid: readonly number[] } {
  if (format === 'audio/pcm') {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), lastSaid: [] };
  }
  const encode = format === 'audio/pcmu' ? toMuLaw : toALaw;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = [...before];
  for (let at = 0; at + 1 < bytes.length; at += 2) samples.push(view.getInt16(at, true));
  const count = Math.max(0, Math.floor((samples.length - TAPS.length) / RATIO) + 1);
  const coded = Buffer.alloc(count);
  for (let index = 0; index < count; index += 1) {
    const sum = TAPS.reduce((total, tap, at) => total + tap * (samples[index * RATIO + at] ?? 0), 0);
    coded[index] = encode(Math.round(sum));
  }
  return { base64: coded.toString('base64'), lastSaid: samples.slice(count * RATIO) };
}

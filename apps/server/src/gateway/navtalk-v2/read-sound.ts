import type { Buffer } from 'node:buffer';
import { readSpelledSound, spelling } from '../wire/spelled-sound.ts';

/** How published clients and ours write a message of sound; what stands between is base64. */
const SPELLINGS = [
  spelling('{"type":"realtime.input_audio_buffer.append","data":{"audio":"', '"}}'),
  spelling('{"type":"input_audio_buffer.append","audio":"', '"}'),
  spelling('{"type":"input_audio_buffer.append","data":{"audio":"', '"}}'),
  spelling('{"type":"realtime.input_audio_buffer.append","audio":"', '"}'),
];

/** See `WireProtocol.readSound`. */
export function readSound(frame: Buffer): Uint8Array | null {
  return readSpelledSound(frame, SPELLINGS);
}

import type { Buffer } from 'node:buffer';
import { readSpelledSound, spelling } from '../wire/spelled-sound.ts';
import type { OpenAiState } from './state.ts';

/** How official clients write sound. */
const SPELLINGS = [spelling('{"type":"input_audio_buffer.append","audio":"', '"}')];

/** See `WireProtocol.readSound`. Sound in another format than ours goes the long way. */
export function readSound(frame: Buffer, state: OpenAiState): Uint8Array | null {
  const isOurs = state.phase === 'open' && state.view.inputFormat === 'audio/pcm' && !state.isByPeer;
  return isOurs ? readSpelledSound(frame, SPELLINGS) : null;
}

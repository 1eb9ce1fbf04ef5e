import type { VoiceProvider } from '../../core/voice-port.ts';
import type { LocalVoice } from '../local/local-voice.ts';
import { operatorVoices } from './operator-voices.ts';

/**
 * A person answers: the user is heard by the recogniser of this machine, and what the person writes is spoken by its speaker. The
 * words go both ways over the session (`user-transcript-done`, `say`), so that any voice can be taken over in the same way.
 */
export function createOperatorVoice(local: LocalVoice): VoiceProvider {
  return local.withParts(operatorVoices.provider, { thinker: null });
}

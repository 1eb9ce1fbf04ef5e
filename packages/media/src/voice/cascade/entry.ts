import type { VoiceEntry } from '../catalogue-entry.ts';
import { localVoices } from '../local/local-voices.ts';
import { composedVoice } from './composed-voice.ts';

const MACHINE = { id: localVoices.provider, options: {} };

/** Ears, a language model and a mouth, each of which may be chosen; ears and mouth of this machine where they are not. */
export const cascadeEntry: VoiceEntry = composedVoice({
  id: 'cascade',
  title: 'Any language model, with ears and a mouth of choice',
  offer: { toAvatars: true, toOperator: true, isDemonstration: false, isDouble: false },
  parts: { recogniser: MACHINE, thinker: null, speaker: MACHINE, isOpen: true },
  voices: { ...localVoices, hasSamples: false },
  answers: true,
});

import { VOICE_OF_CALL } from '@visavis/protocol';
import { composedVoice } from '../cascade/composed-voice.ts';
import { definePart, NO_OPTIONS, type ThinkerEntry, type VoiceEntry } from '../catalogue-entry.ts';
import { localVoices } from '../local/local-voices.ts';

const MACHINE = { id: localVoices.provider, options: {} };

/** A person thinks. */
export const peopleThinker: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'people',
  title: 'People answer',
  optionsSchema: NO_OPTIONS,
  describe: () => ({ sees: false, tools: false, isDemonstration: false }),
  open: async () => null,
});

/**
 * A person answers: the user is heard by the recogniser of this machine, and what the person writes is spoken by its speaker. The
 * words go both ways over the session (`user-transcript-done`, `say`), so that any voice can be taken over in the same way.
 */
export const operatorEntry: VoiceEntry = composedVoice({
  id: VOICE_OF_CALL.people,
  title: 'People answer, with ears and mouth of this machine',
  offer: { toAvatars: true, toOperator: false, isDemonstration: false, isDouble: false },
  parts: { recogniser: MACHINE, thinker: { id: peopleThinker.id, options: {} }, speaker: MACHINE, isOpen: false },
  voices: { ...localVoices, hasSamples: false },
  answers: false,
});

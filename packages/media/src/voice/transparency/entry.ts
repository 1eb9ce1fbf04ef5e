import { VOICE_OF_CALL } from '@visavis/protocol';
import { definePart, NO_OPTIONS, type VoiceEntry } from '../catalogue-entry.ts';
import { TRANSPARENCY_CAPABILITIES } from './transparency-capabilities.ts';

export const transparencyEntry: VoiceEntry = {
  ...definePart({
    slot: 'voice' as const,
    id: VOICE_OF_CALL.clientSound,
    title: 'The avatar says the sound that the client sends',
    optionsSchema: NO_OPTIONS,
    describe: () => TRANSPARENCY_CAPABILITIES,
    open: async (_options, { clock, logger }) => {
      const { createTransparencyVoice } = await import('./transparency-voice.ts');
      return createTransparencyVoice({ clock, logger });
    },
  }),
  offer: { toAvatars: true, toOperator: false, isDemonstration: false, isDouble: false },
  parts: null,
  usualModel: '',
  voices: () => null,
};

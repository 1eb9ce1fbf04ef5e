import { definePart, NO_OPTIONS, type VoiceEntry } from '../catalogue-entry.ts';
import { SCRIPTED_CAPABILITIES } from './scripted-capabilities.ts';

/** A deterministic double for tests and demonstrations. */
export const scriptedEntry: VoiceEntry = {
  ...definePart({
    slot: 'voice' as const,
    id: 'scripted',
    title: 'Follows a script, for tests',
    optionsSchema: NO_OPTIONS,
    describe: () => SCRIPTED_CAPABILITIES,
    open: async (_options, { clock, logger }) => {
      const { createDemonstrationScript, createScriptedVoice } = await import('./scripted-voice.ts');
      return createScriptedVoice(createDemonstrationScript(), { clock, logger });
    },
  }),
  offer: { toAvatars: false, toOperator: false, isDemonstration: true, isDouble: true },
  parts: null,
  usualModel: '',
  voices: () => null,
};

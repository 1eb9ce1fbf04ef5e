import * as z from 'zod';
import { definePart, type VoiceEntry } from '../catalogue-entry.ts';
import { baseUrl, keyOf, NEEDED_KEY } from '../shared/service-options.ts';
import { GEMINI_CAPABILITIES } from './gemini-capabilities.ts';
import { GEMINI_LIVE_MODEL, GEMINI_LIVE_URL, GEMINI_VOICES } from './gemini-voices.ts';

const title = 'Gemini Live';

export const geminiLiveEntry: VoiceEntry = {
  ...definePart({
    slot: 'voice' as const,
    id: 'gemini-live',
    title,
    optionsSchema: z.strictObject({ url: baseUrl(GEMINI_LIVE_URL, /^wss?$/) }),
    key: NEEDED_KEY,
    describe: () => GEMINI_CAPABILITIES,
    open: async ({ url }, tools) => {
      const { createGeminiLiveVoice } = await import('./gemini-live-voice.ts');
      const { clock, logger, network } = tools;
      return createGeminiLiveVoice({ url, apiKey: keyOf(tools, title), clock, logger, network });
    },
  }),
  offer: { toAvatars: true, toOperator: false, isDemonstration: false, isDouble: false },
  parts: null,
  usualModel: GEMINI_LIVE_MODEL,
  voices: () => GEMINI_VOICES,
};

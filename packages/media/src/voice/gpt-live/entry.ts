import * as z from 'zod';
import { definePart, type VoiceEntry } from '../catalogue-entry.ts';
import { baseUrl, keyOf, NEEDED_KEY, word } from '../shared/service-options.ts';
import { LIVE_CAPABILITIES } from './live-capabilities.ts';
import { DEFAULT_BACKEND, GPT_LIVE_MODEL, GPT_LIVE_URL, GPT_LIVE_VOICES } from './live-voices.ts';

const title = 'OpenAI GPT-Live';

export const gptLiveEntry: VoiceEntry = {
  ...definePart({
    slot: 'voice' as const,
    id: 'gpt-live',
    title,
    optionsSchema: z.strictObject({
      backend: word('Model behind', 'Thinks and calls tools while GPT-Live talks').default(DEFAULT_BACKEND),
      url: baseUrl(GPT_LIVE_URL, /^wss?$/),
    }),
    key: NEEDED_KEY,
    describe: () => LIVE_CAPABILITIES,
    open: async ({ backend, url }, tools) => {
      const { createGptLiveVoice } = await import('./gpt-live-voice.ts');
      const { clock, logger, network } = tools;
      return createGptLiveVoice({ backend, url, apiKey: keyOf(tools, title), clock, logger, network });
    },
  }),
  offer: { toAvatars: true, toOperator: false, isDemonstration: false, isDouble: false },
  parts: null,
  usualModel: GPT_LIVE_MODEL,
  voices: () => GPT_LIVE_VOICES,
};

import * as z from 'zod';
import { definePart, type VoiceEntry } from '../catalogue-entry.ts';
import { DEFAULT_MODEL, RETIRING_MODELS } from './openai-models.ts';
import { OPENAI_REALTIME_URL, openAiVoices } from './openai-voices.ts';
import { REALTIME_CAPABILITIES } from './realtime-capabilities.ts';

const optionsSchema = z.strictObject({
  url: z
    .url({ protocol: /^wss?$/, error: 'must be a ws or wss address' })
    .max(2000)
    .optional()
    .meta({
      title: 'Address',
      description: `Another server that speaks OpenAI's Realtime API; left empty: ${OPENAI_REALTIME_URL}`,
    }),
  turnDetection: z.enum(['server_vad', 'semantic_vad']).default('server_vad').meta({
    title: 'End of turns',
    description: 'server_vad goes by silence, semantic_vad by the sense of what is said, too',
  }),
});

export const openAiRealtimeEntry: VoiceEntry = {
  ...definePart({
    slot: 'voice' as const,
    id: 'openai-realtime',
    title: 'OpenAI Realtime',
    optionsSchema,
    key: {
      isNeeded: ({ url }) => url === undefined,
      originOf: ({ url }) => new URL(url ?? OPENAI_REALTIME_URL).origin,
    },
    describe: () => REALTIME_CAPABILITIES,
    open: async ({ url, turnDetection }, { apiKey, clock, logger, network, isOperators }) => {
      if (apiKey === undefined && url === undefined) {
        throw new Error(
          isOperators
            ? 'This avatar speaks through OpenAI Realtime, for which this server has no key (OPENAI_API_KEY).'
            : 'This avatar speaks through OpenAI Realtime and has no key. Choose one in its settings.',
        );
      }
      const { createOpenAiRealtimeVoice } = await import('./openai-realtime-voice.ts');
      const address = url === undefined ? {} : { url };
      return createOpenAiRealtimeVoice({
        ...address,
        apiKey: apiKey ?? null,
        turnDetection,
        clock,
        logger,
        network,
      });
    },
  }),
  offer: { toAvatars: true, toOperator: true, isDemonstration: false, isDouble: false },
  parts: null,
  usualModel: DEFAULT_MODEL,
  retiring: RETIRING_MODELS,
  voices: (options) => openAiVoices(optionsSchema.parse(options).url),
};

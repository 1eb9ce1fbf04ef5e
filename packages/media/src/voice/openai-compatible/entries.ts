import * as z from 'zod';
import {
  definePart,
  type PartTools,
  type RecogniserEntry,
  type SpeakerEntry,
  type ThinkerEntry,
  UNDESCRIBED_VOICES,
} from '../catalogue-entry.ts';
import { isOwnVoice } from '../shared/own-voice.ts';
import { directsFace, languageVoices, word } from '../shared/service-options.ts';
import type { CompatibleService } from './compatible-service.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2000)
  .meta({ title: 'Base URL', description: 'Up to /v1, like https://api.groq.com/openai/v1' });
const model = word('Model');

/** Any of these services may be run without keys, on a machine of one's own. */
const key = { isNeeded: () => false, originOf: (options: { url: string }) => new URL(options.url).origin };
const id = 'openai-compatible';

export const compatibleThinker: ThinkerEntry = definePart({
  slot: 'thinker',
  id,
  title: 'OpenAI-compatible chat (Ollama, llama.cpp, LM Studio, vLLM, Groq, OpenRouter, OpenAI)',
  optionsSchema: z.strictObject({
    url,
    model,
    sees: z.boolean().default(false).meta({ title: 'Understands pictures' }),
    directsFace,
  }),
  key,
  describe: ({ sees }) => ({ sees, tools: true, isDemonstration: false }),
  open: async (options, tools) => {
    const { openThinker } = await import('./language-models.ts');
    return openThinker({ ...options, ...wayOf(tools) }, tools.clock);
  },
});

export const compatibleRecogniser: RecogniserEntry = definePart({
  slot: 'recogniser',
  id,
  title: 'OpenAI-compatible transcription (whisper.cpp, faster-whisper, Groq, OpenAI)',
  optionsSchema: z.strictObject({ url, model }),
  key,
  describe: () => ({ languages: 'any' as const, hearsAtOnce: false }),
  open: async (options, tools) => {
    const { transcribingRecogniser } = await import('./transcription.ts');
    return transcribingRecogniser({ ...options, ...wayOf(tools) }, tools.logger);
  },
});

const speechOptions = z.strictObject({
  url,
  model,
  voice: word(
    'Voice',
    'Who speaks for avatars whose voice has a name like marin; left empty: the service knows these',
  ).optional(),
  voices: languageVoices,
});

export const compatibleSpeaker: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id,
    title: 'OpenAI-compatible speech (Kokoro, Orpheus, OpenAI)',
    optionsSchema: speechOptions,
    key,
    describe: () => ({ timings: 'none' as const, languages: 'any' as const }),
    open: async (options, tools) => {
      const { speechSpeaker } = await import('./speech.ts');
      return speechSpeaker({ ...options, ...wayOf(tools) }, isOwnVoice);
    },
  }),
  voices: () => UNDESCRIBED_VOICES,
};

function wayOf({ apiKey, network, isOperators }: PartTools): Pick<CompatibleService, 'apiKey' | 'fetch' | 'isOwners'> {
  return { fetch: network.fetch, isOwners: !isOperators, ...(apiKey === undefined ? {} : { apiKey }) };
}

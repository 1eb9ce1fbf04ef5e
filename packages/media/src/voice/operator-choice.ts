import { cascadeEntry } from './cascade/entry.ts';
import { localVoiceEntry } from './local/entries.ts';
import { machineThinker } from './local-brain/entry.ts';
import { compatibleRecogniser, compatibleSpeaker, compatibleThinker } from './openai-compatible/entries.ts';
import { openAiRealtimeEntry } from './openai-realtime/entry.ts';
import type { PartChoice, VoiceParts } from './voice-parts.ts';

type Service = { readonly url: string; readonly model: string; readonly apiKey: string | undefined };

/** What an operator has set for the whole server, by settings that have the names of what they set. */
export type OperatorSettings = {
  readonly openAi: {
    readonly url: string | undefined;
    readonly turnDetection: string;
    readonly apiKey: string | undefined;
  };
  readonly languageModel: (Service & { readonly sees: boolean }) | null;
  readonly transcription: Service | null;
  readonly speech: (Service & { readonly voice: string | undefined }) | null;
};

/** The same as parts of the catalogue. */
export function operatorParts({ openAi, languageModel, transcription, speech }: OperatorSettings): VoiceParts {
  return {
    voice: partOf(openAiRealtimeEntry.id, openAi),
    ...(languageModel !== null && { thinker: partOf(compatibleThinker.id, languageModel) }),
    ...(transcription !== null && { recogniser: partOf(compatibleRecogniser.id, transcription) }),
    ...(speech !== null && { speaker: partOf(compatibleSpeaker.id, speech) }),
  };
}

/** The voice of the built-in avatars where the operator names none: the best that is set. */
export function usualVoice({ openAi, languageModel }: Pick<OperatorSettings, 'openAi' | 'languageModel'>): string {
  if (languageModel !== null) return cascadeEntry.id;
  return openAi.apiKey === undefined ? localVoiceEntry.id : openAiRealtimeEntry.id;
}

/** What the voice that is named needs and the settings lack; null: it can speak. */
export function lackOf(voice: string | undefined, { openAi, languageModel }: OperatorSettings): string | null {
  const lacksKey = openAi.apiKey === undefined && openAi.url === undefined;
  if (voice === openAiRealtimeEntry.id && lacksKey) {
    return `VOICE_PROVIDER=${voice} needs OPENAI_API_KEY, or OPENAI_REALTIME_URL of a server without keys.`;
  }
  if (voice === cascadeEntry.id && languageModel === null) {
    return `LLM_URL and LLM_MODEL go together, and VOICE_PROVIDER=${voice} needs both: LLM_URL=http://127.0.0.1:11434/v1 LLM_MODEL=qwen3:4b.`;
  }
  return null;
}

/** The voice around a language model of this machine: one that a program serves at `url`, or the server's own (null). */
export function voiceAround({ url, model }: { readonly url: string | null; readonly model: string }) {
  const apiKey = undefined;
  return {
    provider: cascadeEntry.id,
    thinker:
      url === null
        ? partOf(machineThinker.id, { apiKey })
        : partOf(compatibleThinker.id, { url, model, sees: false, apiKey }),
  };
}

function partOf(
  id: string,
  settings: { readonly apiKey: string | undefined; readonly [option: string]: unknown },
): PartChoice {
  const { apiKey, ...given } = settings;
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { id, options, ...(apiKey === undefined ? {} : { apiKey }) };
}

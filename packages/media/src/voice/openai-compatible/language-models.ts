import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Clock } from '../../core/clock.ts';
import { languageModelThinker } from '../cascade/language-model-thinker.ts';
import type { Thinker } from '../cascade/thinker.ts';
import { baseOf, type Service } from './ask-service.ts';

/** Where a language model answers. */
export type LanguageModelSettings = {
  /** Base URL of a service that speaks OpenAI's chat completions, like `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  /** The model of avatars that name none of this service. */
  readonly model: string;
  readonly apiKey?: string;
  /** Its models understand pictures. */
  readonly sees: boolean;
} & Pick<Service, 'isOwners' | 'fetch'>;

/** Model names of avatars that mean other providers' models, not one of this service. */
const OTHERS = /^(?:$|local$|gpt-realtime|gpt-4o-(?:mini-)?realtime|transparen)/;

/** Thinks by any service with OpenAI's chat completions: Ollama, llama.cpp, LM Studio, vLLM, Groq, OpenRouter, OpenAI itself. */
export function openThinker(settings: LanguageModelSettings, clock: Clock): Thinker {
  const { url, model, apiKey, sees, isOwners = false, fetch } = settings;
  const service = createOpenAICompatible({
    ...{ name: 'language-model', baseURL: baseOf(url), includeUsage: true },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  const modelNamed = (name: string) => service.chatModel(OTHERS.test(name) ? model : name);
  return languageModelThinker({
    modelNamed,
    words: { what: 'language model', place: new URL(url).host, settings: isOwners ? null : 'LLM' },
    sees,
    clock,
  });
}

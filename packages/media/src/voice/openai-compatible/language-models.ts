import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Clock } from '../../core/clock.ts';
import { languageModelThinker } from '../cascade/language-model-thinker.ts';
import type { Thinker } from '../cascade/thinker.ts';
import { baseOf } from '../shared/ask-service.ts';
import { modelOf } from '../shared/model-entry.ts';
import type { CompatibleService } from './compatible-service.ts';

/** Where a language model answers. */
export type LanguageModelSettings = {
  /** Base URL of a service that speaks OpenAI's chat completions, like `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  /** The model of avatars that name none of this service. */
  readonly model: string;
  readonly apiKey?: string;
  /** Its models understand pictures. */
  readonly sees: boolean;
  /** They are told how to direct the face; left out: they are. */
  readonly directsFace?: boolean | undefined;
} & Pick<CompatibleService, 'isOwners' | 'fetch'>;

/** Thinks by any service with OpenAI's chat completions: Ollama, llama.cpp, LM Studio, vLLM, Groq, OpenRouter, OpenAI itself. */
export function openThinker(settings: LanguageModelSettings, clock: Clock): Thinker {
  const { url, model, apiKey, sees, isOwners = false, fetch } = settings;
  const service = createOpenAICompatible({
    name: 'language-model',
    baseURL: baseOf(url),
    includeUsage: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  const modelNamed = (name: string) => service.chatModel(modelOf(name, model));
  return languageModelThinker({
    modelNamed,
    words: { what: 'language model', place: new URL(url).host, settings: isOwners ? null : 'LLM' },
    sees,
    directsFace: settings.directsFace ?? true,
    clock,
  });
}

import type { LanguageModelV4 } from '@ai-sdk/provider';
import * as z from 'zod';
import type { Thinker } from '../cascade/thinker.ts';
import type { PartTools } from '../catalogue-entry.ts';
import { baseUrl, directsFace, keyOf, word } from './service-options.ts';

export { NEEDED_KEY } from './service-options.ts';

/** What a language model of a hosted service is chosen by. */
export function modelOptions(usual: { readonly url: string; readonly model: string; readonly sees: boolean }) {
  return z.strictObject({
    model: word('Model').default(usual.model),
    sees: z.boolean().default(usual.sees).meta({ title: 'Understands pictures' }),
    directsFace,
    url: baseUrl(usual.url),
  });
}

/** Model names of avatars that mean other providers' models, not one of this service. */
const OTHERS = /^(?:$|local$|gpt-realtime|gpt-4o-(?:mini-)?realtime|transparen)/;

/** The model that is asked for where an avatar names `name`. */
export function modelOf(name: string, usual: string): string {
  return OTHERS.test(name) ? usual : name;
}

/** Thinks by a hosted model: `service` gives the model that an avatar names. */
export async function thinkerOf(
  title: string,
  options: { readonly url: string; readonly sees: boolean; readonly directsFace?: boolean | undefined },
  tools: PartTools,
  service: (apiKey: string) => (name: string) => LanguageModelV4,
): Promise<Thinker> {
  const { languageModelThinker } = await import('../cascade/language-model-thinker.ts');
  return languageModelThinker({
    modelNamed: service(keyOf(tools, title)),
    words: { what: `${title} model`, place: new URL(options.url).host, settings: null },
    sees: options.sees,
    directsFace: options.directsFace ?? true,
    clock: tools.clock,
  });
}

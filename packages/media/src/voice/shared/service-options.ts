import * as z from 'zod';
import type { PartTools } from '../catalogue-entry.ts';
import type { Service } from './ask-service.ts';
import { isVoiceList } from './own-voice.ts';

const MAX_WORD = 200;

/** The base URL of a service that has one of its own; others are for its regions, for proxies and for tests. */
export function baseUrl(usual: string, protocol: RegExp = /^https?$/) {
  return z
    .url({ protocol, error: 'must be an address of the service' })
    .max(2000)
    .default(usual)
    .meta({ title: 'Base URL', description: `Left as it is: ${usual}` });
}

/** Whether a thinker is told how to direct the face of its avatar. */
export const directsFace = z.boolean().optional().meta({ title: 'May direct the face' });

export function word(title: string, description?: string) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(MAX_WORD)
    .meta({ title, ...(description === undefined ? {} : { description }) });
}

/** Of services whose voices speak one language each. */
export const languageVoices = z
  .string()
  .trim()
  .max(1000)
  .refine(isVoiceList, 'must be like zh=NAME es=NAME')
  .optional()
  .meta({
    title: 'Voices of other languages',
    description: 'Who speaks a language, like zh=NAME es=NAME; left empty: one voice speaks all',
  });

/** Of services that nobody runs without an account. */
export const NEEDED_KEY = {
  isNeeded: () => true,
  originOf: ({ url }: { readonly url: string }) => new URL(url).origin,
};

/** The key, or a sentence for whoever chose the service without one. */
export function keyOf({ apiKey }: PartTools, title: string): string {
  if (apiKey === undefined) throw new Error(`${title} needs a key. Choose one in the avatar's settings.`);
  return apiKey;
}

export function asked({ network }: PartTools, url: string, headers: Service['headers']): Service {
  return { url, headers, fetch: network.fetch };
}

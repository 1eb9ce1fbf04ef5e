import type { ProviderVoices } from '../core/voice-port.ts';
import { localVoices } from './local/local-voices.ts';

/**
 * Who is heard where a language model answers: the local speakers, beforehand under the local provider, or with `hasOwnMouth` those
 * of a service, which nobody describes.
 */
export function cascadeVoices(hasOwnMouth: boolean): ProviderVoices {
  const provider = 'cascade';
  if (!hasOwnMouth) return { ...localVoices, provider, hasSamples: false };
  return { provider, voices: [], speakerOf: () => null, hasSamples: false, takesOtherNames: true };
}

import type { ProviderVoices } from '../core/voice-port.ts';
import { localVoices } from './local/local-voices.ts';

/** A language model answers, and the local speakers say it; they are heard beforehand under the local provider. */
export const cascadeVoices: ProviderVoices = { ...localVoices, provider: 'cascade', hasSamples: false };

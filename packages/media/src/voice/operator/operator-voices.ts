import type { ProviderVoices } from '../../core/voice-port.ts';
import { localVoices } from '../local/local-voices.ts';

/** People answer, and the local speakers say it; they are heard beforehand under the local provider. */
export const operatorVoices: ProviderVoices = { ...localVoices, provider: 'operator', hasSamples: false };

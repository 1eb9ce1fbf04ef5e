import type { ProviderVoices, VoiceCapabilities } from '../../core/voice-port.ts';
import { type CascadePlan, definePart, NO_OPTIONS, type VoiceEntry, type VoiceOffer } from '../catalogue-entry.ts';

/** What every cascade can do; its parts say the rest. */
export const CASCADE_CAPABILITIES: VoiceCapabilities = {
  detectsTurns: false,
  canTruncate: true,
  sees: false,
  tools: true,
  answers: true,
  hears: true,
  timings: 'phone',
  speaks: 'exactly',
  informed: 'asks',
  echoesUser: false,
  languages: 'any',
};

/** An entry for a voice that is put together from a recogniser, a thinker and a speaker; it is opened part by part. */
export function composedVoice(voice: {
  readonly id: string;
  readonly title: string;
  readonly offer: VoiceOffer;
  readonly parts: CascadePlan;
  /** False: people answer. */
  readonly answers: boolean;
  readonly voices: Omit<ProviderVoices, 'provider'>;
  readonly usualModel?: string;
}): VoiceEntry {
  const { id, title, offer, parts, answers, voices } = voice;
  return {
    ...definePart({
      slot: 'voice' as const,
      id,
      title,
      optionsSchema: NO_OPTIONS,
      describe: () => ({ ...CASCADE_CAPABILITIES, answers }),
      open: () => Promise.reject(new Error(`"${id}" is opened part by part.`)),
    }),
    offer,
    parts,
    usualModel: voice.usualModel ?? '',
    voices: () => voices,
  };
}

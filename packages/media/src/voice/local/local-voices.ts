import { FIRST_VOICE } from '@visavis/protocol';
import type { ProviderVoices, VoiceDescription } from '../../core/voice-port.ts';
import { profileOf, SPEAKER_LANGUAGES, VOICE_PROFILES, type VoiceProfile } from './mouth/voice-profiles.ts';

const described = new Map<VoiceProfile, VoiceDescription>(
  Object.entries(VOICE_PROFILES).map(([voice, profile]) => [
    profile,
    { voice, name: profile.name, gender: profile.gender, language: SPEAKER_LANGUAGES[profile.speaker] },
  ]),
);

/** The voices of the local provider: any name gets one of them. */
export const localVoices: ProviderVoices = {
  provider: FIRST_VOICE,
  voices: [...described.values()],
  speakerOf: (voice) => described.get(profileOf(voice)) ?? null,
  hasSamples: true,
  takesOtherNames: false,
};

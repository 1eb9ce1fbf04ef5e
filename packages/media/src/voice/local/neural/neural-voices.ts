import type { VOICES } from '@visavis/protocol';
import type { ProviderVoices, VoiceDescription } from '../../../core/voice-port.ts';
import type { Accent } from '../mouth/pronunciation/pronounce-english.ts';
import { profileOf } from '../mouth/voice-profiles.ts';

/** The English voices of Kokoro 82M, by the names of its makers: `a` American, `b` British, then `f` or `m`. */
export const NEURAL_VOICES =
  `af_heart af_bella af_alloy af_aoede af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
  am_michael am_adam am_echo am_eric am_fenrir am_liam am_onyx am_puck am_santa bf_emma bf_alice bf_isabella bf_lily bm_george
  bm_daniel bm_fable bm_lewis`.split(/\s+/);

type OwnName = (typeof VOICES)[number];

/** Who speaks for the names that avatars have of old. */
const STANDS_FOR: Readonly<Record<OwnName, string>> = {
  alloy: 'af_alloy',
  ash: 'am_adam',
  ballad: 'bm_george',
  cedar: 'am_michael',
  coral: 'af_bella',
  echo: 'am_echo',
  fable: 'bm_fable',
  marin: 'af_heart',
  nova: 'af_nova',
  onyx: 'am_onyx',
  sage: 'af_sarah',
  shimmer: 'af_sky',
  verse: 'bm_lewis',
};

const described = new Map<string, VoiceDescription>(
  NEURAL_VOICES.map((voice) => [
    voice,
    {
      voice,
      name: `${voice.charAt(3).toUpperCase()}${voice.slice(4)}`,
      gender: voice.charAt(1) === 'f' ? 'female' : 'male',
      language: accentOf(voice) === 'british' ? 'en-GB' : 'en-US',
    },
  ]),
);

/** Any name gets one of them: its own, that of an avatar's old name, else one of the gender that it suggests. */
export function neuralVoiceOf(voice: string): string {
  const name = voice.trim().toLowerCase();
  if (described.has(name)) return name;
  if (Object.hasOwn(STANDS_FOR, name)) return STANDS_FOR[name as OwnName];
  return STANDS_FOR[profileOf(voice).gender === 'male' ? 'cedar' : FIRST_NAME];
}

const FIRST_NAME: OwnName = 'marin';

export function accentOf(neuralVoice: string): Accent {
  return neuralVoice.startsWith('b') ? 'british' : 'american';
}

export const neuralVoices: Omit<ProviderVoices, 'provider' | 'hasSamples'> = {
  voices: [...described.values()],
  speakerOf: (voice) => described.get(neuralVoiceOf(voice)) ?? null,
  takesOtherNames: false,
};

import type { ProviderVoices, VoiceDescription } from '../../core/voice-port.ts';

export const OPENAI_REALTIME_URL = 'wss://api.openai.com/v1/realtime';
const DEFAULT_VOICE = 'marin';

/** Voices of OpenAI's real-time models, as they are heard. */
const GENDERS = {
  alloy: 'neutral',
  ash: 'male',
  ballad: 'male',
  cedar: 'male',
  coral: 'female',
  echo: 'male',
  marin: 'female',
  sage: 'female',
  shimmer: 'female',
  verse: 'male',
} as const satisfies Record<string, VoiceDescription['gender']>;

/** Voices that OpenAI has for recorded speech only, and the nearest that can talk. */
const NEAREST_VOICE: ReadonlyMap<string, string> = new Map([
  ['fable', 'ballad'],
  ['nova', 'coral'],
  ['onyx', 'cedar'],
]);

const described: ReadonlyMap<string, VoiceDescription> = new Map(
  Object.entries(GENDERS).map(([voice, gender]) => {
    const name = voice.slice(0, 1).toUpperCase() + voice.slice(1);
    return [voice, { voice, name, gender, language: null }];
  }),
);

/** OpenAI refuses voices that it does not know; other services have voices of their own. `onlyKnown`: it is OpenAI. */
export function voiceName(voice: string, onlyKnown: boolean): string {
  const name = NEAREST_VOICE.get(voice) ?? voice;
  if (described.has(name)) return name;
  return onlyKnown || name === '' ? DEFAULT_VOICE : name;
}

export function isOpenAi(url: string | undefined): boolean {
  return new URL(url ?? OPENAI_REALTIME_URL).hostname === new URL(OPENAI_REALTIME_URL).hostname;
}

/** The voices of OpenAI, or of a server at `url` that speaks its interface. */
export function openAiVoices(url: string | undefined): ProviderVoices {
  const onlyKnown = isOpenAi(url);
  return {
    provider: 'openai-realtime',
    voices: [...described.values()],
    speakerOf: (voice) => described.get(voiceName(voice, onlyKnown)) ?? null,
    hasSamples: false,
    takesOtherNames: !onlyKnown,
  };
}

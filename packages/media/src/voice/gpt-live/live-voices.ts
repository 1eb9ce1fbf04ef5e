import type { ProviderVoices, VoiceDescription } from '../../core/voice-port.ts';
import { openAiVoices } from '../openai-realtime/openai-voices.ts';

export const GPT_LIVE_URL = 'wss://api.openai.com/v1/live/sessions';
export const GPT_LIVE_MODEL = 'gpt-live-1';
export const DEFAULT_BACKEND = 'gpt-5.5';

/** Voices that only Live has, with what they speak best. */
const OWN: readonly (readonly [string, VoiceDescription['gender'], string])[] = [
  ['beacon', 'male', 'en-PH'],
  ['bossa', 'female', 'pt-BR'],
  ['cinder', 'male', 'en-US'],
  ['delta', 'female', 'en-US'],
  ['gleam', 'female', 'en-US'],
  ['meridian', 'male', 'en-US'],
  ['quartz', 'female', 'en-AU'],
  ['ripple', 'male', 'en-AU'],
  ['shida', 'male', 'ja-JP'],
  ['stone', 'male', 'en-IE'],
  ['tempo', 'male', 'pt-BR'],
  ['vesper', 'male', 'en-GB'],
  ['willow', 'female', 'en-IE'],
];

const own: readonly VoiceDescription[] = OWN.map(([voice, gender, language]) => ({
  voice,
  gender,
  language,
  name: voice.slice(0, 1).toUpperCase() + voice.slice(1),
}));

const shared = openAiVoices(undefined);

export function voiceName(voice: string): string {
  return own.some((described) => described.voice === voice) ? voice : (shared.speakerOf(voice)?.voice ?? 'marin');
}

export const GPT_LIVE_VOICES: Omit<ProviderVoices, 'provider'> = {
  voices: [...shared.voices, ...own],
  speakerOf: (voice) => [...shared.voices, ...own].find((described) => described.voice === voiceName(voice)) ?? null,
  hasSamples: false,
  takesOtherNames: false,
};

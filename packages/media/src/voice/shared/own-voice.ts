import { VOICES } from '@visavis/protocol';
import type { SpeakingConfig } from '../cascade/speaker.ts';
import { primaryLanguage } from '../languages.ts';

/** Names that NavTalk's clients choose from are no service's own. */
export function isOwnVoice(voice: string): boolean {
  return !VOICES.some((name) => name === voice);
}

/** Who speaks for avatars at a service. */
export type ServiceVoices = {
  /** For avatars whose voice has a name like `marin`. */
  readonly voice: string;
  /** Who speaks a language, whatever the avatar's voice: `zh=zf_xiaobei es=ef_dora`. */
  readonly voices?: string | undefined;
};

/** Whom a service is asked for: the voice of the language, else the avatar's by its own name, else who speaks in place of one that is none of its own. */
export function voiceThere({ voice, language }: SpeakingConfig, { voice: usual, voices }: ServiceVoices): string {
  return voiceOfLanguage(voices, language) ?? (voice !== '' && isOwnVoice(voice) ? voice : usual);
}

/** Who is named for a language in a list like `zh=zf_xiaobei es=ef_dora`; null: nobody. */
export function voiceOfLanguage(voices: string | undefined, language: string): string | null {
  const named = new Map(pairsOf(voices ?? '').map(([tag, voice]) => [tag.toLowerCase(), voice]));
  return named.get(language.toLowerCase()) ?? named.get(primaryLanguage(language)) ?? null;
}

export function isVoiceList(text: string): boolean {
  return pairsOf(text).every(([tag, voice]) => /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}$/i.test(tag) && voice !== '');
}

function pairsOf(text: string): readonly (readonly [string, string])[] {
  const pairs = text.split(/[\s,]+/).filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)];
  });
}

import type { VoiceConfig } from '../core/voice-port.ts';

/** Who a model is to be: the avatar's prompt, or a few words in place of an empty one. */
export function personaOf({ prompt, avatarName }: Pick<VoiceConfig, 'prompt' | 'avatarName'>): string {
  return prompt.trim() === '' ? `You are ${avatarName}, a friendly person in a video call.` : prompt.trim();
}

/** What a language is called in English; null for a tag that is empty or of none. */
export function languageName(tag: string): string | null {
  if (tag === '') return null;
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(tag) ?? null;
  } catch {
    return null;
  }
}

/** Who a model is to be, and what it speaks. */
export function spokenPersona(config: Pick<VoiceConfig, 'prompt' | 'avatarName' | 'language'>): string {
  const persona = personaOf(config);
  const name = languageName(config.language);
  return name === null ? persona : `${persona}\n\nSpeak ${name} unless the user speaks or asks for another language.`;
}

/** Asks a model to say words as they are: nothing makes it. */
export function instructionsToSay(text: string): string {
  return `Say exactly the following text, word for word and in its language. Add nothing and leave nothing out.\n\n${text}`;
}

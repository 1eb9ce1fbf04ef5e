import type { Language } from './current-language.ts';
import { en, type VoiceSetupTexts } from './en/voice-setup.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/voice-setup.ts';

const dictionaries: Readonly<Record<Language, VoiceSetupTexts>> = { en, zh };

/** Texts of what an avatar hears, thinks and speaks with. */
export function useVoiceSetupTexts(): VoiceSetupTexts {
  return dictionaries[useLanguage().language];
}

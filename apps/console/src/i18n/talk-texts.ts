import type { Language } from './current-language.ts';
import { en, type TalkTexts } from './en/talk.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/talk.ts';

const dictionaries: Readonly<Record<Language, TalkTexts>> = { en, zh };

/**
 * Texts of the talk page in the chosen language, for the console's playground too. A dictionary of its own: visitors do not
 * load the console's.
 */
export function useTalkTexts(): TalkTexts {
  return dictionaries[useLanguage().language];
}

import type { Language } from './current-language.ts';
import { en, type FirstHourTexts } from './en/first-hour.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/first-hour.ts';

const dictionaries: Readonly<Record<Language, FirstHourTexts>> = { en, zh };

/** Texts of first steps, templates, knowledge and tools in the chosen language. */
export function useFirstHourTexts(): FirstHourTexts {
  return dictionaries[useLanguage().language];
}

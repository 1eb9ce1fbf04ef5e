import type { Language } from './current-language.ts';
import { en, type Texts } from './en/console.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/console.ts';

export { LanguageProvider, useFormats } from './language-choice.tsx';

const dictionaries: Readonly<Record<Language, Texts>> = { en, zh };

/** Texts of the console in the chosen language. The talk page has its own: see `useTalkTexts`. */
export function useTexts(): Texts {
  return dictionaries[useLanguage().language];
}

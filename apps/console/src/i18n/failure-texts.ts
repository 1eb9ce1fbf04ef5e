import { currentLanguage, type Language } from './current-language.ts';
import { en, type FailureTexts } from './en/failure.ts';
import { zh } from './zh/failure.ts';

const dictionaries: Readonly<Record<Language, FailureTexts>> = { en, zh };

/** At hand before any other dictionary is loaded, and outside of `LanguageProvider`. */
export function failureTexts(): FailureTexts {
  return dictionaries[currentLanguage()];
}

import type { Language } from './current-language.ts';
import { en, type LiveTexts } from './en/live.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/live.ts';

const dictionaries: Readonly<Record<Language, LiveTexts>> = { en, zh };

/** Texts of the talks that go on in the chosen language. */
export function useLiveTexts(): LiveTexts {
  return dictionaries[useLanguage().language];
}

import type { Language } from './current-language.ts';
import { type AbilitiesTexts, en } from './en/abilities.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/abilities.ts';

const dictionaries: Readonly<Record<Language, AbilitiesTexts>> = { en, zh };

/** Texts of tools at web addresses, MCP servers and documents in the chosen language. */
export function useAbilitiesTexts(): AbilitiesTexts {
  return dictionaries[useLanguage().language];
}

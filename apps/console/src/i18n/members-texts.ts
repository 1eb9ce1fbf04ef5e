import type { Language } from './current-language.ts';
import { en, type MembersTexts } from './en/members.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/members.ts';

const dictionaries: Readonly<Record<Language, MembersTexts>> = { en, zh };

/** Texts of members, invitations and the audit log in the chosen language. */
export function useMembersTexts(): MembersTexts {
  return dictionaries[useLanguage().language];
}

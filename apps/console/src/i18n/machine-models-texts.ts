import type { Language } from './current-language.ts';
import { en, type MachineModelsTexts } from './en/machine-models.ts';
import { useLanguage } from './language-choice.tsx';
import { zh } from './zh/machine-models.ts';

const dictionaries: Readonly<Record<Language, MachineModelsTexts>> = { en, zh };

/** Texts of the models of this machine in the chosen language. */
export function useMachineModelsTexts(): MachineModelsTexts {
  return dictionaries[useLanguage().language];
}

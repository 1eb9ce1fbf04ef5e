import { useLocalStorage } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import {
  browserLanguage,
  isLanguage,
  type Language,
  languageKey,
  languages,
  tellLanguage,
} from './current-language.ts';

type LanguageChoice = {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
};

const LanguageContext = createContext<LanguageChoice>({ language: 'en', setLanguage: () => undefined });

/** The language that was chosen in this browser, else the browser's own. Talk page and console share the choice. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setLanguage] = useLocalStorage<Language>({
    key: languageKey,
    defaultValue: browserLanguage(),
    getInitialValueInEffect: false,
  });
  const language = isLanguage(chosen) ? chosen : browserLanguage();
  useEffect(() => tellLanguage(language), [language]);
  return <LanguageContext value={{ language, setLanguage }}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}

/** Dates and numbers in the chosen language and the browser's time zone. */
export function useFormats() {
  const { tag } = languages[useLanguage().language];
  return {
    date: (instant: string) => new Date(instant).toLocaleDateString(tag, { dateStyle: 'medium' }),
    dateTime: (instant: string) => new Date(instant).toLocaleString(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    time: (instant: string) => new Date(instant).toLocaleTimeString(tag, { timeStyle: 'short' }),
    number: (value: number, digits = 0) => value.toLocaleString(tag, { maximumFractionDigits: digits }),
    /** Always with so many decimals, for numbers that change while one looks. */
    fixed: (value: number, digits: number) =>
      value.toLocaleString(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    /** Minutes and seconds, like 2:05. */
    clock: (milliseconds: number) => {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    },
  };
}

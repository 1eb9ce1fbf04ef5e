import { useLocalStorage } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { browserLanguage, type Language, languageKey } from './current-language.ts';
import { en, type Texts } from './en.ts';
import { zh } from './zh.ts';

const dictionaries: Readonly<Record<Language, Texts>> = { en, zh };
const tags: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' };

type LanguageChoice = {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly texts: Texts;
};

const LanguageContext = createContext<LanguageChoice>({ language: 'en', setLanguage: () => undefined, texts: en });

/** The language that was chosen in this browser, else the browser's own. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useLocalStorage<Language>({
    key: languageKey,
    defaultValue: browserLanguage(),
    getInitialValueInEffect: false,
  });
  useEffect(() => {
    document.documentElement.lang = tags[language];
  }, [language]);
  return (
    <LanguageContext value={{ language, setLanguage, texts: dictionaries[language] ?? en }}>{children}</LanguageContext>
  );
}

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}

export function useTexts(): Texts {
  return useContext(LanguageContext).texts;
}

/** Dates and numbers in the chosen language and the browser's time zone. */
export function useFormats() {
  const { language } = useLanguage();
  const tag = tags[language];
  return {
    date: (instant: string) => new Date(instant).toLocaleDateString(tag, { dateStyle: 'medium' }),
    dateTime: (instant: string) => new Date(instant).toLocaleString(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    number: (value: number, digits = 0) => value.toLocaleString(tag, { maximumFractionDigits: digits }),
    /** Minutes and seconds, like 2:05. */
    clock: (milliseconds: number) => {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    },
  };
}

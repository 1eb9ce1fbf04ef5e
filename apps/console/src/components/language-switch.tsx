import { NativeSelect } from '@mantine/core';
import { isLanguage, languageOptions } from '../i18n/current-language.ts';
import { useLanguage } from '../i18n/language-choice.tsx';
import { GlobeIcon } from './icons.tsx';

type LanguageSwitchProps = {
  readonly label: string;
  /** Where there is room for the globe and the language alone; the label is then for screen readers. */
  readonly compact?: boolean;
};

/** The language of all pages in this browser. Whoever cannot read the page finds it by its globe, each language in its own words. */
export function LanguageSwitch({ label, compact = false }: LanguageSwitchProps) {
  const { language, setLanguage } = useLanguage();
  return (
    <NativeSelect
      {...(compact ? { 'aria-label': label, size: 'xs' } : { label })}
      leftSection={<GlobeIcon size={18} />}
      data={languageOptions}
      value={language}
      onChange={({ currentTarget: { value } }) => isLanguage(value) && setLanguage(value)}
    />
  );
}

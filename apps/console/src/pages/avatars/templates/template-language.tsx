import { SegmentedControl } from '@mantine/core';
import { isLanguage, type Language, languageOptions } from '../../../i18n/current-language.ts';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import own from './template-choice.module.css';

type TemplateLanguageProps = { readonly value: Language; readonly onChange: (language: Language) => void };

/** In which language a template is written. */
export function TemplateLanguage({ value, onChange }: TemplateLanguageProps) {
  const texts = useFirstHourTexts().templates;
  return (
    <SegmentedControl
      size="xs"
      className={own.language ?? ''}
      aria-label={texts.language}
      data={languageOptions}
      value={value}
      onChange={(chosen) => isLanguage(chosen) && onChange(chosen)}
    />
  );
}

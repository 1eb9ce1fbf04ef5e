import { Select } from '@mantine/core';
import { useState } from 'react';
import { languageChoices } from '../../components/language-names.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useLanguage } from '../../i18n/language-choice.tsx';

type LanguageFieldProps = {
  readonly value: string;
  /** What it is called that none is chosen; left out: one is. */
  readonly unset?: string;
  readonly onChange: (language: string) => void;
};

/** The language by name, searched by name or tag; a tag that is not listed can be typed. */
export function LanguageField({ value, unset, onChange }: LanguageFieldProps) {
  const texts = useTexts();
  const { language: shownIn } = useLanguage();
  const [typed, setTyped] = useState('');
  return (
    <Select
      label={texts.avatars.language}
      description={texts.avatars.languageHint}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={[...(unset === undefined ? [] : [{ value: '', label: unset }]), ...languageChoices(value, typed, shownIn)]}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={texts.voices.noLanguage}
      maxDropdownHeight={280}
      allowDeselect={false}
      value={value}
      onChange={(chosen) => onChange(chosen ?? value)}
    />
  );
}

import { NativeSelect } from '@mantine/core';
import classes from '../../../components/console.module.css';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useLanguage } from '../../../i18n/language-choice.tsx';
import { TemplateLanguage } from './template-language.tsx';
import { templateIds } from './template-table.ts';
import type { TemplateWish } from './template-values.ts';

type TemplatePickProps = {
  /** What stands there while no template is chosen. */
  readonly none: string;
  readonly value: TemplateWish;
  readonly onChange: (value: TemplateWish) => void;
};

/** The character of an avatar that is about to be made. */
export function TemplatePick({ none, value, onChange }: TemplatePickProps) {
  const texts = useFirstHourTexts().templates;
  const { language: shown } = useLanguage();
  return (
    <div className={classes.stack}>
      <NativeSelect
        label={texts.pick}
        description={value === null ? texts.pickHint : texts.summaries[value.id]}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data={[{ value: '', label: none }, ...templateIds.map((id) => ({ value: id, label: texts.names[id] }))]}
        value={value?.id ?? ''}
        onChange={(event) => {
          const id = templateIds.find((known) => known === event.currentTarget.value);
          onChange(id === undefined ? null : { id, language: value?.language ?? shown });
        }}
      />
      {value !== null && (
        <TemplateLanguage value={value.language} onChange={(language) => onChange({ ...value, language })} />
      )}
    </div>
  );
}

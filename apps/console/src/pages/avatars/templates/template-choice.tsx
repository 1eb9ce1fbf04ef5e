import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import classes from '../../../components/console.module.css';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useTexts } from '../../../i18n/language.tsx';
import { useLanguage } from '../../../i18n/language-choice.tsx';
import own from './template-choice.module.css';
import { TemplateLanguage } from './template-language.tsx';
import { type TemplateId, templateIds } from './template-table.ts';
import {
  changesBy,
  fieldsOf,
  fillingChanges,
  firstLanguage,
  replacedFields,
  type TemplateFields,
} from './template-values.ts';

type TemplateChoiceProps = {
  /** What the avatar is called. */
  readonly name: string;
  readonly values: TemplateFields;
  readonly onChange: (part: Partial<TemplateFields>) => void;
};

/** Characters to begin with. What was written is replaced only by whoever says so. */
export function TemplateChoice({ name, values, onChange }: TemplateChoiceProps) {
  const texts = useFirstHourTexts().templates;
  const { common } = useTexts();
  const { language: shown } = useLanguage();
  const [language, setLanguage] = useState(firstLanguage(values.language, shown));
  const [isOpen] = useState(values.prompt.trim() === '');
  const [asked, setAsked] = useState<TemplateId | null>(null);
  const choose = (id: TemplateId) => {
    const wish = fieldsOf(id, language, name);
    if (replacedFields(values, wish, name).length > 0) setAsked(id);
    else onChange(changesBy(values, wish));
  };
  const answer = (change: (now: TemplateFields, wish: TemplateFields) => Partial<TemplateFields>) => {
    if (asked !== null) onChange(change(values, fieldsOf(asked, language, name)));
    setAsked(null);
  };
  return (
    <details className={own.templates} open={isOpen}>
      <summary>{texts.title}</summary>
      <div className={classes.stack}>
        <TemplateLanguage value={language} onChange={setLanguage} />
        <div className={own.choices}>
          {templateIds.map((id) => (
            <button key={id} type="button" onClick={() => choose(id)}>
              <strong>{texts.names[id]}</strong>
              <span>{texts.summaries[id]}</span>
            </button>
          ))}
        </div>
      </div>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={texts.replaceTitle}
        centered
        lockScroll={false}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        {asked !== null && (
          <div className={classes.stack}>
            <p>
              {texts.replaceText(
                replacedFields(values, fieldsOf(asked, language, name), name)
                  .map((field) => texts.fields[field])
                  .join(', '),
              )}
            </p>
            <div className={classes.actions}>
              <Button onClick={() => answer(changesBy)}>{texts.replace}</Button>
              <Button variant="default" onClick={() => answer(fillingChanges)}>
                {texts.fill}
              </Button>
              <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
                {common.cancel}
              </Button>
            </div>
          </div>
        )}
      </Modal>
    </details>
  );
}

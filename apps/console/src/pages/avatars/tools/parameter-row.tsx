import { Button, Checkbox, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { useState } from 'react';
import classes from '../../../components/console.module.css';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useTexts } from '../../../i18n/language.tsx';
import own from './tool-builder.module.css';
import {
  canBeNamed,
  describeParameter,
  type Fields,
  type Parameter,
  parameterTypes,
  removeParameter,
  renameParameter,
  requireParameter,
  setChoices,
  setParameterType,
} from './tool-list.ts';

type ParameterRowProps = {
  readonly tool: Fields;
  readonly parameter: Parameter;
  readonly onChange: (tool: Fields) => void;
};

/** Those that can be chosen from. */
const chosenTypes: readonly Parameter['type'][] = ['string', 'number', 'integer', null];

export function ParameterRow({ tool, parameter, onChange }: ParameterRowProps) {
  const { labelled } = useTexts().common;
  const texts = useFirstHourTexts().tools;
  const { name, type, description, isRequired, choices, others } = parameter;
  const types = parameterTypes.map((value) => ({ value, label: texts.types[value] }));
  return (
    <fieldset className={own.parameter} aria-label={labelled(texts.parameter, name)}>
      <ParameterName tool={tool} name={name} onChange={onChange} />
      <NativeSelect
        label={texts.type}
        data={type === null ? [{ value: '', label: texts.otherType }, ...types] : types}
        value={type ?? ''}
        onChange={(event) => {
          const chosen = parameterTypes.find((known) => known === event.currentTarget.value);
          if (chosen !== undefined) onChange(setParameterType(tool, name, chosen));
        }}
      />
      <TextInput
        className={own.wide ?? ''}
        label={texts.description}
        value={description}
        onChange={(event) => onChange(describeParameter(tool, name, event.currentTarget.value))}
      />
      {choices !== null && chosenTypes.includes(type) && (
        <TagsInput
          className={own.wide ?? ''}
          label={texts.choices}
          description={texts.choicesHint}
          splitChars={[]}
          value={[...choices]}
          onChange={(chosen) => onChange(setChoices(tool, name, chosen))}
        />
      )}
      {others.length > 0 && <p className={`${own.wide} ${own.others}`}>{texts.others(others.join(', '))}</p>}
      <div className={`${own.wide} ${own.ends}`}>
        <Checkbox
          label={texts.required}
          checked={isRequired}
          onChange={(event) => onChange(requireParameter(tool, name, event.currentTarget.checked))}
        />
        <Button
          variant="subtle"
          color="red"
          size="compact-sm"
          aria-label={labelled(texts.remove, name)}
          onClick={() => onChange(removeParameter(tool, name))}
        >
          {texts.remove}
        </Button>
      </div>
    </fieldset>
  );
}

type ParameterNameProps = { readonly tool: Fields; readonly name: string; readonly onChange: (tool: Fields) => void };

/** A name that another parameter has, or none, stays in the field alone: in the JSON two would become one. */
function ParameterName({ tool, name, onChange }: ParameterNameProps) {
  const texts = useFirstHourTexts().tools;
  const [typed, setTyped] = useState<string | null>(null);
  const fault = typed === null ? null : typed === '' ? texts.nameMissing : texts.nameTaken;
  return (
    <TextInput
      label={texts.name}
      error={fault}
      classNames={{ input: classes.mono ?? '' }}
      spellCheck={false}
      autoCapitalize="off"
      maxLength={LIMITS.tree.keyCharacters}
      value={typed ?? name}
      onChange={(event) => {
        const wish = event.currentTarget.value;
        const isFree = canBeNamed(tool, name, wish);
        setTyped(isFree ? null : wish);
        if (isFree) onChange(renameParameter(tool, name, wish));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

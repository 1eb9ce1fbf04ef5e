import { Alert, Button, Textarea, TextInput } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { useState } from 'react';
import classes from '../../../components/console.module.css';
import { useItemKeys } from '../../../components/item-keys.ts';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useTexts } from '../../../i18n/language.tsx';
import { AddressFields } from './address-fields.tsx';
import { ParameterRow } from './parameter-row.tsx';
import own from './tool-builder.module.css';
import { faultOfTool, leftOutKeys, type ToolFault } from './tool-faults.ts';
import { addParameter, type Fields, parametersOf } from './tool-list.ts';
import { sentenceOf } from './tool-texts.ts';
import { ToolTrial } from './tool-trial.tsx';

const { characters } = LIMITS;

/** Of the avatar whose tools they are. */
export type ToolPlace = {
  readonly projectId: string;
  readonly avatarId: string;
  /** Where it can be talked with. */
  readonly playground: string;
};

type ToolCardProps = {
  readonly tools: readonly Fields[];
  readonly index: number;
  readonly isOpen: boolean;
  readonly place: ToolPlace;
  readonly onChange: (tool: Fields) => void;
  readonly onRemove: () => void;
};

/** One tool as a form. What is no text in the JSON is shown as nothing, and replaced once something is typed. */
export function ToolCard({ tools, index, isOpen, place, onChange, onRemove }: ToolCardProps) {
  // How it is first; afterwards whoever opens and closes it decides.
  const [isOpenFirst] = useState(isOpen);
  const texts = useFirstHourTexts().tools;
  const { labelled } = useTexts().common;
  const tool = tools[index] ?? {};
  const { name, description } = { name: textOf(tool.name), description: textOf(tool.description) };
  const fault = faultOfTool(tools, index);
  const errorAt = (...kinds: readonly ToolFault['kind'][]) =>
    fault !== null && kinds.includes(fault.kind) ? sentenceOf(fault, texts) : null;
  const leftOut = leftOutKeys(tool);
  return (
    <details className={own.tool} open={isOpenFirst}>
      <summary>
        <strong>{name === '' ? texts.unnamed : name}</strong>
        <span className={classes.muted}>{description}</span>
      </summary>
      <div className={classes.stack}>
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          error={errorAt('no-name', 'long-name', 'name-signs', 'same-name')}
          classNames={{ input: classes.mono ?? '' }}
          spellCheck={false}
          autoCapitalize="off"
          maxLength={characters.toolName}
          value={name}
          onChange={(event) => onChange({ ...tool, name: event.currentTarget.value })}
        />
        <Textarea
          label={texts.description}
          description={texts.descriptionHint}
          error={errorAt('no-text', 'long-description')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={characters.toolDescription}
          value={description}
          onChange={(event) => onChange({ ...tool, description: event.currentTarget.value })}
        />
        <AddressFields tool={tool} error={errorAt('no-address')} onChange={onChange} />
        <Parameters tool={tool} onChange={onChange} />
        {errorAt('no-parameters', 'tangled', 'large-parameters', 'other') !== null && (
          <Alert color="red" variant="light">
            {errorAt('no-parameters', 'tangled', 'large-parameters', 'other')}
          </Alert>
        )}
        {leftOut.length > 0 && (
          <Alert color="yellow" variant="light">
            {texts.leftOut(leftOut.join(', '))}
          </Alert>
        )}
        <ToolTrial tool={tool} place={place} />
        <div className={classes.actions}>
          <Button variant="subtle" color="red" size="xs" onClick={onRemove} aria-label={labelled(texts.remove, name)}>
            {texts.remove}
          </Button>
        </div>
      </div>
    </details>
  );
}

const nothing: readonly Fields[] = [];

function Parameters({ tool, onChange }: { readonly tool: Fields; readonly onChange: (tool: Fields) => void }) {
  const texts = useFirstHourTexts().tools;
  const parameters = parametersOf(tool);
  // A parameter's name is being typed.
  const keys = useItemKeys(parameters ?? nothing);
  if (parameters === null) return <Alert variant="light">{texts.jsonOnly}</Alert>;
  return (
    <div className={classes.stack}>
      <h3 className={own.heading}>{texts.parameters}</h3>
      {parameters.length === 0 && <p className={classes.muted}>{texts.noParameters}</p>}
      {parameters.map((parameter, place) => (
        <ParameterRow key={keys[place]} tool={tool} parameter={parameter} onChange={onChange} />
      ))}
      <div className={classes.actions}>
        <Button variant="default" size="xs" onClick={() => onChange(addParameter(tool))}>
          {texts.addParameter}
        </Button>
      </div>
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

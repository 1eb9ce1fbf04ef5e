import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from '../../../app/link.tsx';
import classes from '../../../components/console.module.css';
import { ToolAnswerField } from '../../../components/tool-answer-field.tsx';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import own from './tool-builder.module.css';
import { type Fields, type Parameter, parametersOf } from './tool-list.ts';
import { handlerCall, modelAnswer, type TypedValues, tryTool } from './trial.ts';

/** A call of the tool by hand: what the page would get for it, and what the model would get for the answer. */
export function ToolTrial({ tool, playground }: { readonly tool: Fields; readonly playground: string }) {
  const texts = useFirstHourTexts().tools.trial;
  const [typed, setTyped] = useState<TypedValues>({});
  const [answer, setAnswer] = useState('');
  const [isError, setIsError] = useState(false);
  const parameters = parametersOf(tool);
  if (parameters === null) return null;
  const trial = tryTool(tool, typed);
  const faultOf = (name: string) => trial.faults.find((fault) => fault.name === name)?.kind;
  return (
    <details className={own.trial}>
      <summary>{texts.title}</summary>
      <div className={classes.stack}>
        <p className={classes.muted}>{texts.intro}</p>
        {parameters.map((parameter) => {
          const fault = faultOf(parameter.name);
          return (
            <TrialValue
              key={parameter.name}
              parameter={parameter}
              value={typed[parameter.name] ?? ''}
              error={fault === undefined ? null : texts.faults[fault]}
              onChange={(value) => setTyped({ ...typed, [parameter.name]: value })}
            />
          );
        })}
        <Shown label={texts.handlerGets} code={handlerCall(tool, trial.arguments)} />
        <ToolAnswerField label={texts.answer} description={texts.answerHint} value={answer} onChange={setAnswer} />
        <Switch label={texts.asError} checked={isError} onChange={(event) => setIsError(event.currentTarget.checked)} />
        <Shown label={texts.modelGets} code={modelAnswer(answer, isError)} />
        <div className={classes.actions}>
          <Button component={Link} href={playground} variant="light" size="xs">
            {texts.inCall}
          </Button>
        </div>
        <p className={classes.muted}>{texts.inCallHint}</p>
      </div>
    </details>
  );
}

type TrialValueProps = {
  readonly parameter: Parameter;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
};

function TrialValue({ parameter: { name, type, description, choices }, value, error, onChange }: TrialValueProps) {
  const texts = useFirstHourTexts().tools;
  const field = { label: name, description, error, value };
  const offered = type === 'boolean' ? ['true', 'false'] : (choices ?? []);
  if (offered.length > 0) {
    return (
      <NativeSelect
        {...field}
        data={[{ value: '', label: texts.trial.notSent }, ...offered]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...field}
      placeholder={type === null ? texts.json : texts.types[type]}
      // Nothing of it is to be saved.
      onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Shown({ label, code }: { readonly label: string; readonly code: string }) {
  return (
    <figure className={own.shown}>
      <figcaption>{label}</figcaption>
      <pre className={classes.code}>{code}</pre>
    </figure>
  );
}

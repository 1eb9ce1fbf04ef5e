import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from '../../../app/link.tsx';
import classes from '../../../components/console.module.css';
import { ToolAnswerField } from '../../../components/tool-answer-field.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { AddressTrial } from './address-trial.tsx';
import { Shown } from './shown.tsx';
import { addressOf } from './tool-address.ts';
import own from './tool-builder.module.css';
import type { ToolPlace } from './tool-card.tsx';
import { type Fields, type Parameter, parametersOf } from './tool-list.ts';
import { handlerCall, modelAnswer, type TypedValues, tryTool } from './trial.ts';

/** A call of the tool by hand: by its page's place, or by its web address. */
export function ToolTrial({ tool, place }: { readonly tool: Fields; readonly place: ToolPlace }) {
  const texts = useFirstHourTexts().tools.trial;
  const ofAddress = useAbilitiesTexts().address;
  const [typed, setTyped] = useState<TypedValues>({});
  const isAsked = addressOf(tool) !== null;
  const parameters = parametersOf(tool);
  if (parameters === null) return null;
  const trial = tryTool(tool, typed);
  const faultOf = (name: string) => trial.faults.find((fault) => fault.name === name)?.kind;
  return (
    <details className={own.trial}>
      <summary>{texts.title}</summary>
      <div className={classes.stack}>
        <p className={classes.muted}>{isAsked ? ofAddress.trialIntro : texts.intro}</p>
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
        {isAsked ? (
          <AddressTrial tool={tool} values={trial.arguments} place={place} />
        ) : (
          <PageTrial tool={tool} values={trial.arguments} playground={place.playground} />
        )}
      </div>
    </details>
  );
}

type PageTrialProps = { readonly tool: Fields; readonly values: Fields; readonly playground: string };

/** What the page would get for it, and what the model would get for the answer. */
function PageTrial({ tool, values, playground }: PageTrialProps) {
  const texts = useFirstHourTexts().tools.trial;
  const [answer, setAnswer] = useState('');
  const [isError, setIsError] = useState(false);
  return (
    <>
      <Shown label={texts.handlerGets} code={handlerCall(tool, values)} />
      <ToolAnswerField label={texts.answer} description={texts.answerHint} value={answer} onChange={setAnswer} />
      <Switch label={texts.asError} checked={isError} onChange={(event) => setIsError(event.currentTarget.checked)} />
      <Shown label={texts.modelGets} code={modelAnswer(answer, isError)} />
      <div className={classes.actions}>
        <Button component={Link} href={playground} variant="light" size="xs">
          {texts.inCall}
        </Button>
      </div>
      <p className={classes.muted}>{texts.inCallHint}</p>
    </>
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

import { Alert, Badge, Button, Progress } from '@mantine/core';
import type { MachineModel } from '@visavis/protocol/rest';
import classes from '../../components/console.module.css';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useMachineModelsTexts } from '../../i18n/machine-models-texts.ts';
import own from './machine-models.module.css';
import type { Order } from './machine-models-page.tsx';
import { sizeText } from './size-text.ts';

const colours: Readonly<Record<MachineModel['state'], string>> = {
  absent: 'gray',
  coming: 'blue',
  checking: 'blue',
  here: 'brand',
  damaged: 'red',
};

type RowProps = {
  readonly model: MachineModel;
  /** Another one is being fetched or checked: one at a time is. */
  readonly isOtherBusy: boolean;
  readonly isOrdering: boolean;
  readonly onOrder: (verb: Order['verb']) => void;
};

/** One model: what it is, what it wants, how far it is, and what can be done with it. */
export function MachineModelRow({ model, ...rest }: RowProps) {
  const texts = useMachineModelsTexts();
  const { number } = useFormats();
  const summaries: Readonly<Record<string, string>> = texts.summaries;
  const { name, state, licence, sizeBytes, memoryBytes, cores, fits } = model;
  const wants = [
    memoryBytes === null ? null : texts.memory(sizeText(memoryBytes, number)),
    cores === null ? null : texts.cores(cores),
  ].filter((want) => want !== null);
  return (
    <li className={classes.row}>
      <div className={own.words}>
        <p className={classes.title}>
          {name}
          <Badge variant="light" color={colours[state]}>
            {texts.states[state]}
          </Badge>
        </p>
        <p>{model.isOwn ? texts.own : (summaries[name] ?? '')}</p>
        <p className={classes.facts}>
          <span>{sizeText(sizeBytes, number)}</span>
          <span>{texts.licence(licence)}</span>
          <span>{wants.length === 0 ? texts.needsUnknown : texts.needs(wants.join(', '))}</span>
          {wants.length > 0 && memoryBytes === null && <span>{texts.memoryUnknown}</span>}
          {fits === false && <strong>{texts.tooLarge}</strong>}
        </p>
        <Standing model={model} />
      </div>
      <Actions model={model} {...rest} />
    </li>
  );
}

/** How far it is, how a check ended, or why it did not come. */
function Standing({ model }: Pick<RowProps, 'model'>) {
  const texts = useMachineModelsTexts();
  const { number } = useFormats();
  const { name, state, arrivedBytes, sizeBytes, checked, fault } = model;
  const [some, all] = [sizeText(arrivedBytes, number), sizeText(sizeBytes, number)];
  if (state === 'coming') {
    return (
      <>
        <Progress value={(100 * arrivedBytes) / sizeBytes} aria-label={name} />
        <p className={classes.facts}>{texts.arrived(some, all)}</p>
      </>
    );
  }
  return (
    <>
      {fault !== null && (
        <Alert color="red" variant="light" role="alert">
          {texts.failed(fault)}
        </Alert>
      )}
      {state === 'damaged' && <p className={classes.facts}>{texts.damagedHint}</p>}
      {state === 'here' && checked === 'sound' && <p className={classes.facts}>{texts.soundSums}</p>}
      {state === 'here' && checked === 'sizes' && <p className={classes.facts}>{texts.soundSizes}</p>}
      {state === 'absent' && arrivedBytes > 0 && <p className={classes.facts}>{texts.began(some, all)}</p>}
    </>
  );
}

function Actions({ model, isOtherBusy, isOrdering, onOrder }: RowProps) {
  const texts = useMachineModelsTexts();
  const { common } = useTexts();
  const { name, state, arrivedBytes, isOwn } = model;
  const isBusy = state === 'coming' || state === 'checking';
  const isStanding = state === 'here' || state === 'damaged';
  const button = (verb: Order['verb'], label: string) => (
    <Button
      variant={verb === 'fetch' ? 'filled' : verb === 'remove' ? 'subtle' : 'default'}
      {...(verb === 'remove' ? { color: 'red' } : {})}
      aria-label={common.labelled(label, name)}
      loading={isOrdering}
      disabled={isOtherBusy && verb !== 'remove'}
      onClick={() => onOrder(verb)}
    >
      {label}
    </Button>
  );
  return (
    <div className={classes.actions}>
      {state === 'absent' && button('fetch', arrivedBytes > 0 ? texts.goOn : texts.fetch)}
      {state === 'damaged' && !isOwn && button('fetch', texts.again)}
      {isBusy && button('stop', texts.stop)}
      {isStanding && !isOwn && button('verify', texts.verify)}
      {(isStanding || (state === 'absent' && arrivedBytes > 0)) && button('remove', texts.remove)}
    </div>
  );
}

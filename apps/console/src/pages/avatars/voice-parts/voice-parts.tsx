import { Button, Select, Switch } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { LIMITS, type VoiceSlotName } from '@visavis/protocol';
import type { Avatar, ListedVoice, TriedPart } from '@visavis/protocol/rest';
import { request } from '../../../api/client.ts';
import { voiceCatalogueQuery } from '../../../api/queries.ts';
import classes from '../../../components/console.module.css';
import { TextField } from '../../../components/fields.tsx';
import { Problem } from '../../../components/page.tsx';
import { useFormats } from '../../../i18n/language-choice.tsx';
import { useVoiceSetupTexts } from '../../../i18n/voice-setup-texts.ts';
import { KeyField } from './key-field.tsx';
import { type OptionField, optionFields, originOfKey, retiringModel, slotsOf, withOption } from './option-fields.ts';
import styles from './voice-parts.module.css';

type Parts = Avatar['parts'];
type Part = NonNullable<Parts[VoiceSlotName]>;

type VoicePartsProps = {
  readonly projectId: string;
  readonly provider: string;
  readonly model: string;
  readonly parts: Parts;
  readonly onChange: (part: { readonly provider?: string; readonly parts?: Parts }) => void;
};

/** Which voice speaks, and what it is made of: each part out of the catalogue, with its options and its key. */
export function VoicePartsFields({ projectId, provider, model, parts, onChange }: VoicePartsProps) {
  const texts = useVoiceSetupTexts();
  const { date } = useFormats();
  const { data: catalogue = [] } = useQuery(voiceCatalogueQuery);
  const voices = catalogue.filter(({ slot }) => slot === 'voice');
  const known = voices.some(({ id }) => id === provider) ? [] : [{ value: provider, label: provider }];
  const retiring = retiringModel(catalogue, provider, model);
  const change = (slot: VoiceSlotName, part: Part | null) => {
    const { [slot]: _before, ...others } = parts;
    onChange({ parts: part === null ? others : { ...others, [slot]: part } });
  };
  return (
    <div className={`${classes.stack} ${styles.whole}`}>
      <Select
        name="provider"
        label={texts.voice}
        data={[...known, ...voices.map(({ id, title }) => ({ value: id, label: title }))]}
        value={provider}
        allowDeselect={false}
        onChange={(id) => id !== null && onChange({ provider: id, parts: {} })}
      />
      {retiring !== null && <p role="status">{texts.retiring(model, date(retiring.by), retiring.successor)}</p>}
      {slotsOf(catalogue, provider).map((slot) => (
        <PartField
          key={slot}
          projectId={projectId}
          slot={slot}
          provider={provider}
          entries={catalogue.filter((entry) => entry.slot === slot)}
          part={parts[slot] ?? null}
          onChange={(part) => change(slot, part)}
        />
      ))}
    </div>
  );
}

type PartFieldProps = {
  readonly projectId: string;
  readonly slot: VoiceSlotName;
  readonly provider: string;
  readonly entries: readonly ListedVoice[];
  /** Null: as the server has it. */
  readonly part: Part | null;
  readonly onChange: (part: Part | null) => void;
};

function PartField({ projectId, slot, provider, entries, part, onChange }: PartFieldProps) {
  const texts = useVoiceSetupTexts();
  const isWhole = slot === 'voice';
  const offered = isWhole ? entries.filter(({ id }) => id === provider) : entries;
  const entry = offered.find(({ id }) => id === part?.id);
  const choices = offered.map(({ id, title }) => ({ value: id, label: isWhole ? texts.own : title }));
  return (
    <fieldset className={`${classes.stack} ${styles.part}`}>
      <Select
        label={texts.slots[slot]}
        data={[{ value: '', label: texts.asServer }, ...choices]}
        value={part?.id ?? ''}
        allowDeselect={false}
        onChange={(id) => onChange(id === null || id === '' ? null : { id, options: {} })}
      />
      {part !== null && entry !== undefined && (
        <>
          {optionFields(entry).map((field) => (
            <OptionInput
              key={field.name}
              slot={slot}
              field={field}
              value={part.options[field.name]}
              onChange={(value) => onChange({ ...part, options: withOption(part.options, field.name, value) })}
            />
          ))}
          {entry.takesKey && (
            <KeyField
              projectId={projectId}
              origin={originOfKey(entry, part.options)}
              keyId={part.keyId}
              onChange={(keyId) => {
                const { keyId: _before, ...others } = part;
                onChange(keyId === null ? others : { ...others, keyId });
              }}
            />
          )}
          <Trial projectId={projectId} slot={slot} part={part} />
        </>
      )}
    </fieldset>
  );
}

type OptionInputProps = {
  readonly slot: VoiceSlotName;
  readonly field: OptionField;
  readonly value: string | number | boolean | undefined;
  readonly onChange: (value: string | boolean) => void;
};

function OptionInput({ slot, field, value, onChange }: OptionInputProps) {
  const { name, label, description, kind } = field;
  if (kind === 'switch') {
    const isOn = value === undefined ? field.usual === true : value === true;
    return (
      <Switch
        label={label}
        description={description}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (kind === 'choice') {
    return (
      <Select
        label={label}
        description={description}
        data={[...field.choices]}
        value={String(value ?? field.usual ?? '')}
        allowDeselect={false}
        onChange={(chosen) => onChange(chosen ?? '')}
      />
    );
  }
  return (
    <TextField
      name={`parts.${slot}.options.${name}`}
      label={label}
      description={description}
      required={field.isRequired}
      maxLength={LIMITS.characters.url}
      value={String(value ?? '')}
      onChange={onChange}
    />
  );
}

/** Asks the part one short thing, before anybody calls. */
function Trial({
  projectId,
  slot,
  part,
}: {
  readonly projectId: string;
  readonly slot: VoiceSlotName;
  readonly part: Part;
}) {
  const texts = useVoiceSetupTexts();
  const trial = useMutation({
    mutationFn: () => request<TriedPart>('POST', `/projects/${projectId}/voice-trials`, { slot, part }),
  });
  return (
    <div>
      <Button variant="default" size="xs" loading={trial.isPending} onClick={() => trial.mutate()}>
        {texts.tryIt}
      </Button>
      <p role="status">{trial.data === undefined ? '' : trial.data.works ? texts.works : trial.data.message}</p>
      <Problem error={trial.error} />
    </div>
  );
}

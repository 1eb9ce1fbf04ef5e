import { Switch } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { LicenceKey } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { keysQuery, useChange } from '../../api/queries.ts';
import { useDraft } from '../../components/draft.ts';
import { LongTextField, NumberField, TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { type KeyValues, valuesOf, wishOf } from './key-values.ts';

type KeyFormProps = {
  readonly projectId: string;
  /** Null: a new one. */
  readonly licence: LicenceKey | null;
  readonly onClose: () => void;
  readonly onCreated: (key: string) => void;
};

export function KeyForm({ projectId, licence, onClose, onCreated }: KeyFormProps) {
  const texts = useTexts();
  const draft = useDraft(valuesOf(licence));
  const { name, calls, minutes, origins, hasStringArguments } = draft.values;
  const save = useChange(
    (typed: KeyValues) => {
      const values = wishOf(typed);
      const path = `/projects/${projectId}/keys`;
      return licence === null
        ? request<{ key?: string }>('POST', path, values)
        : request<{ key?: string }>('PATCH', `${path}/${licence.licenceId}`, values);
    },
    [keysQuery(projectId).queryKey],
  );
  return (
    <FormDialog
      isNew={licence === null}
      draft={draft}
      saving={save}
      title={licence === null ? texts.keys.create : texts.keys.editTitle}
      action={licence === null ? texts.keys.createButton : texts.common.save}
      onClose={onClose}
      onSaved={({ key }) => {
        onClose();
        if (key !== undefined) onCreated(key);
      }}
    >
      <TextField
        name="name"
        label={texts.common.name}
        required
        maxLength={LIMITS.characters.name}
        data-autofocus
        value={name}
        onChange={(value) => draft.change({ name: value })}
      />
      <NumberField
        name="maxConcurrentCalls"
        label={texts.keys.concurrent}
        range={LIMITS.ranges.concurrentCalls}
        required
        value={calls}
        onChange={(value) => draft.change({ calls: value })}
      />
      <NumberField
        name="maxMinutesPerDay"
        label={texts.keys.minutes}
        description={texts.keys.minutesHint}
        range={LIMITS.ranges.minutesPerDay}
        value={minutes}
        onChange={(value) => draft.change({ minutes: value })}
      />
      <LongTextField
        name="allowedOrigins"
        label={texts.keys.origins}
        description={texts.keys.originsHint}
        minRows={2}
        value={origins}
        onChange={(value) => draft.change({ origins: value })}
      />
      <Switch
        label={texts.keys.stringArguments}
        description={texts.keys.stringArgumentsHint}
        checked={hasStringArguments}
        onChange={(event) => draft.change({ hasStringArguments: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}

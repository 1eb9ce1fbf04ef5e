import { Button, Modal, NumberInput, Textarea, TextInput } from '@mantine/core';
import type { LicenceKey } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { keysQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';

type KeyFormProps = {
  readonly projectId: string;
  /** Null: a new one. */
  readonly licence: LicenceKey | null;
  readonly onClose: () => void;
  readonly onCreated: (key: string) => void;
};

const defaultConcurrentCalls = 5;

export function KeyForm({ projectId, licence, onClose, onCreated }: KeyFormProps) {
  const texts = useTexts();
  const [name, setName] = useState(licence?.name ?? '');
  const [calls, setCalls] = useState<number | string>(licence?.maxConcurrentCalls ?? defaultConcurrentCalls);
  const [minutes, setMinutes] = useState<number | string>(licence?.maxMinutesPerDay ?? '');
  const [origins, setOrigins] = useState(licence?.allowedOrigins.join('\n') ?? '');
  const save = useChange(() => {
    const values = {
      name,
      maxConcurrentCalls: Number(calls),
      maxMinutesPerDay: minutes === '' ? null : Number(minutes),
      allowedOrigins: origins.split(/\s+/).filter((origin) => origin !== ''),
    };
    const path = `/projects/${projectId}/keys`;
    return licence === null
      ? request<{ key?: string }>('POST', path, values)
      : request<{ key?: string }>('PATCH', `${path}/${licence.licenceId}`, values);
  }, [keysQuery(projectId).queryKey]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={licence === null ? texts.keys.create : texts.keys.editTitle}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined, {
            onSuccess: ({ key }) => {
              onClose();
              if (key !== undefined) onCreated(key);
            },
          });
        }}
      >
        <TextInput
          label={texts.common.name}
          required
          withAsterisk={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NumberInput
          label={texts.keys.concurrent}
          min={1}
          max={1000}
          allowDecimal={false}
          required
          withAsterisk={false}
          value={calls}
          onChange={setCalls}
        />
        <NumberInput
          label={texts.keys.minutes}
          description={texts.keys.minutesHint}
          min={1}
          allowDecimal={false}
          value={minutes}
          onChange={setMinutes}
        />
        <Textarea
          label={texts.keys.origins}
          description={texts.keys.originsHint}
          minRows={2}
          autosize
          value={origins}
          onChange={(event) => setOrigins(event.currentTarget.value)}
        />
        <Problem error={save.error} />
        <div className={classes.actions}>
          <Button type="submit" loading={save.isPending}>
            {licence === null ? texts.keys.createButton : texts.common.save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

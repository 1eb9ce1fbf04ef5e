import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { useChange, webhooksQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';

type WebhookFormProps = {
  readonly projectId: string;
  readonly onClose: () => void;
  readonly onCreated: (secret: string) => void;
};

export function WebhookForm({ projectId, onClose, onCreated }: WebhookFormProps) {
  const texts = useTexts();
  const [url, setUrl] = useState('');
  const [kind, setKind] = useState<string | null>('session');
  const create = useChange(
    () => request<{ secret: string }>('POST', `/projects/${projectId}/webhooks`, { url, kind }),
    [webhooksQuery(projectId).queryKey],
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.webhooks.create}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(undefined, {
            onSuccess: ({ secret }) => {
              onClose();
              onCreated(secret);
            },
          });
        }}
      >
        <TextInput
          label={texts.webhooks.url}
          type="url"
          placeholder="https://"
          required
          withAsterisk={false}
          data-autofocus
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Select
          label={texts.webhooks.kind}
          allowDeselect={false}
          data={[
            { value: 'session', label: texts.webhooks.kinds.session },
            { value: 'message', label: texts.webhooks.kinds.message },
          ]}
          value={kind}
          onChange={setKind}
        />
        <Problem error={create.error} />
        <div className={classes.actions}>
          <Button type="submit" loading={create.isPending}>
            {texts.webhooks.createButton}
          </Button>
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

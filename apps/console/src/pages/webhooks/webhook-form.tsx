import { Select } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { request } from '../../api/client.ts';
import { useChange, webhooksQuery } from '../../api/queries.ts';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';

type WebhookFormProps = {
  readonly projectId: string;
  readonly onClose: () => void;
  readonly onCreated: (secret: string) => void;
};

const newWebhook = { url: '', kind: 'session' };

export function WebhookForm({ projectId, onClose, onCreated }: WebhookFormProps) {
  const texts = useTexts();
  const draft = useDraft(newWebhook);
  const create = useChange(
    (values: typeof newWebhook) => request<{ secret: string }>('POST', `/projects/${projectId}/webhooks`, values),
    [webhooksQuery(projectId).queryKey],
  );
  return (
    <FormDialog
      isNew
      draft={draft}
      saving={create}
      title={texts.webhooks.create}
      action={texts.webhooks.createButton}
      onClose={onClose}
      onSaved={({ secret }) => {
        onClose();
        onCreated(secret);
      }}
    >
      <TextField
        name="url"
        label={texts.webhooks.url}
        type="url"
        placeholder="https://"
        required
        maxLength={LIMITS.characters.url}
        data-autofocus
        value={draft.values.url}
        onChange={(url) => draft.change({ url })}
      />
      <Select
        label={texts.webhooks.kind}
        allowDeselect={false}
        data={[
          { value: 'session', label: texts.webhooks.kinds.session },
          { value: 'message', label: texts.webhooks.kinds.message },
        ]}
        value={draft.values.kind}
        onChange={(kind) => kind && draft.change({ kind })}
      />
    </FormDialog>
  );
}

import { Select } from '@mantine/core';
import type { Webhook } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { useChange, webhooksQuery } from '../../api/queries.ts';
import { type Draft, useDraft } from '../../components/draft.ts';
import { UrlField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';

type NewWebhookFormProps = {
  readonly projectId: string;
  readonly onClose: () => void;
  readonly onCreated: (secret: string) => void;
};

type Values = { readonly url: string; readonly kind: string };

const newWebhook: Values = { url: '', kind: 'session' };

export function NewWebhookForm({ projectId, onClose, onCreated }: NewWebhookFormProps) {
  const texts = useTexts();
  const draft = useDraft(newWebhook);
  const create = useChange(
    (values: Values) => request<{ secret: string }>('POST', `/projects/${projectId}/webhooks`, values),
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
      <Fields draft={draft} />
    </FormDialog>
  );
}

type EditWebhookFormProps = {
  readonly projectId: string;
  readonly webhook: Webhook;
  readonly onClose: () => void;
};

export function EditWebhookForm({ projectId, webhook, onClose }: EditWebhookFormProps) {
  const texts = useTexts();
  const { webhookId, url, kind } = webhook;
  const draft = useDraft<Values>({ url, kind });
  const update = useChange(
    (values: Values) => request<Webhook>('PATCH', `/projects/${projectId}/webhooks/${webhookId}`, values),
    [webhooksQuery(projectId).queryKey],
  );
  return (
    <FormDialog draft={draft} saving={update} title={texts.webhooks.editTitle} onClose={onClose} onSaved={onClose}>
      <Fields draft={draft} />
    </FormDialog>
  );
}

function Fields({ draft }: { readonly draft: Draft<Values> }) {
  const { webhooks: texts } = useTexts();
  return (
    <>
      <UrlField
        name="url"
        label={texts.url}
        data-autofocus
        value={draft.values.url}
        onChange={(url) => draft.change({ url })}
      />
      <Select
        label={texts.kind}
        allowDeselect={false}
        data={[
          { value: 'session', label: texts.kinds.session },
          { value: 'message', label: texts.kinds.message },
        ]}
        value={draft.values.kind}
        onChange={(kind) => kind && draft.change({ kind })}
      />
    </>
  );
}

import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Webhook } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { deliveriesQuery, useChange, webhooksQuery } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page, Problem } from '../../components/page.tsx';
import { ShownSecret } from '../../components/shown-secret.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './deliveries.module.css';
import { Deliveries } from './deliveries.tsx';
import { FilmSecret } from './film-secret.tsx';
import { EditWebhookForm, NewWebhookForm } from './webhook-form.tsx';

export function WebhooksPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const webhooks = useQuery(webhooksQuery(projectId));
  const [isNew, setIsNew] = useState(false);
  const [edited, setEdited] = useState<Webhook | null>(null);
  const [doomed, setDoomed] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const path = `/projects/${projectId}/webhooks`;
  const remove = useChange((id: string) => request('DELETE', `${path}/${id}`), [webhooksQuery(projectId).queryKey]);
  const create = <Button onClick={() => setIsNew(true)}>{texts.webhooks.create}</Button>;
  return (
    <Page title={texts.webhooks.title} intro={texts.webhooks.intro} actions={webhooks.data?.length ? create : null}>
      <Loaded of={webhooks}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={texts.webhooks.emptyTitle} text={texts.webhooks.emptyText}>
              {create}
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {all.map((webhook) => (
                <Row
                  key={webhook.webhookId}
                  projectId={projectId}
                  webhook={webhook}
                  onEdit={() => setEdited(webhook)}
                  onDelete={() => setDoomed(webhook)}
                  onSecret={setSecret}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <FilmSecret projectId={projectId} onSecret={setSecret} />
      {isNew && <NewWebhookForm projectId={projectId} onClose={() => setIsNew(false)} onCreated={setSecret} />}
      {edited !== null && <EditWebhookForm projectId={projectId} webhook={edited} onClose={() => setEdited(null)} />}
      <Confirm
        opened={doomed !== null}
        title={texts.webhooks.deleteTitle}
        text={texts.webhooks.deleteText}
        action={texts.common.delete}
        change={remove}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && remove.mutate(doomed.webhookId, { onSuccess: () => setDoomed(null) })}
      />
      <ShownSecret
        secret={secret}
        title={texts.webhooks.secret}
        text={texts.webhooks.secretText}
        copyLabel={texts.common.copy}
        onClose={() => setSecret(null)}
      />
    </Page>
  );
}

type RowProps = {
  readonly projectId: string;
  readonly webhook: Webhook;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
  readonly onSecret: (secret: string) => void;
};

function Row({ projectId, webhook, onEdit, onDelete, onSecret }: RowProps) {
  const texts = useTexts();
  const [isOpen, setIsOpen] = useState(false);
  const { webhookId, url, kind, isEnabled } = webhook;
  const path = `/projects/${projectId}/webhooks/${webhookId}`;
  const enable = useChange(
    (enabled: boolean) => request('PATCH', path, { isEnabled: enabled }),
    [webhooksQuery(projectId).queryKey],
  );
  const reveal = useChange(() => request<{ secret: string }>('POST', `${path}/reveal`), []);
  const test = useChange(() => request('POST', `${path}/test`), [deliveriesQuery(projectId, webhookId).queryKey]);
  return (
    <li className={classes.row}>
      <div className={own.where}>
        <p className={classes.title}>{url}</p>
        <p className={classes.facts}>{texts.webhooks.kinds[kind]}</p>
      </div>
      <div className={classes.actions}>
        <Switch
          label={texts.webhooks.enabled}
          checked={isEnabled}
          onChange={(event) => enable.mutate(event.currentTarget.checked)}
        />
        <Button
          variant="default"
          size="xs"
          onClick={() => reveal.mutate(undefined, { onSuccess: (shown) => onSecret(shown.secret) })}
        >
          {texts.webhooks.showSecret}
        </Button>
        <Button
          variant="default"
          size="xs"
          loading={test.isPending}
          onClick={() => test.mutate(undefined, { onSuccess: () => setIsOpen(true) })}
        >
          {texts.webhooks.test}
        </Button>
        <Button variant="default" size="xs" onClick={onEdit}>
          {texts.webhooks.edit}
        </Button>
        <Button variant="default" size="xs" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {texts.webhooks.deliveries}
        </Button>
        <Button variant="subtle" color="red" size="xs" onClick={onDelete}>
          {texts.common.delete}
        </Button>
      </div>
      <Problem error={enable.error ?? reveal.error ?? test.error} />
      {isOpen && <Deliveries projectId={projectId} webhookId={webhookId} />}
    </li>
  );
}

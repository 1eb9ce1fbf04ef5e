import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LicenceKey } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { keysQuery, useChange } from '../../api/queries.ts';
import { useMay } from '../../app/role.tsx';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page, Problem } from '../../components/page.tsx';
import { ShownSecret } from '../../components/shown-secret.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { FirstSteps } from '../first-steps/first-steps.tsx';
import { KeyForm } from './key-form.tsx';

type Asked = { readonly kind: 'reset' | 'revoke'; readonly licence: LicenceKey };

export function KeysPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const keys = useQuery(keysQuery(projectId));
  const [edited, setEdited] = useState<LicenceKey | 'new' | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [shown, setShown] = useState<{ readonly key: string; readonly note: string | null } | null>(null);
  const path = `/projects/${projectId}/keys`;
  const act = useChange(
    ({ kind, licence }: { kind: Asked['kind'] | 'reveal'; licence: LicenceKey }) =>
      request<{ key?: string; endedCalls?: number }>('POST', `${path}/${licence.licenceId}/${kind}`),
    [keysQuery(projectId).queryKey],
  );
  const mayChange = useMay('editor');
  const create = mayChange && <Button onClick={() => setEdited('new')}>{texts.keys.create}</Button>;
  return (
    <Page title={texts.keys.title} intro={texts.keys.intro} actions={keys.data?.length ? create : null}>
      <FirstSteps projectId={projectId} />
      {asked === null && <Problem error={act.error} />}
      <Loaded of={keys}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={texts.keys.emptyTitle} text={texts.keys.emptyText}>
              {create}
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {all.map((licence) => (
                <KeyRow
                  key={licence.licenceId}
                  licence={licence}
                  onEdit={() => setEdited(licence)}
                  onAsk={(kind) => setAsked({ kind, licence })}
                  onShow={() =>
                    act.mutate(
                      { kind: 'reveal', licence },
                      { onSuccess: ({ key }) => setShown({ key: key ?? '', note: null }) },
                    )
                  }
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {edited !== null && (
        <KeyForm
          projectId={projectId}
          licence={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          onCreated={(key) => setShown({ key, note: null })}
        />
      )}
      <Confirm
        opened={asked !== null}
        title={texts.keys[asked?.kind === 'revoke' ? 'revokeTitle' : 'resetTitle'](asked?.licence.name ?? '')}
        text={asked?.kind === 'revoke' ? texts.keys.revokeText : texts.keys.resetText}
        action={asked?.kind === 'revoke' ? texts.keys.revoke : texts.keys.resetConfirm}
        change={act}
        onClose={() => setAsked(null)}
        onConfirm={() =>
          asked &&
          act.mutate(asked, {
            onSuccess: ({ key, endedCalls = 0 }) => {
              setAsked(null);
              if (key !== undefined) setShown({ key, note: texts.keys.resetDone(endedCalls) });
            },
          })
        }
      />
      <ShownSecret
        secret={shown?.key ?? null}
        note={shown?.note ?? null}
        title={texts.keys.shownTitle}
        text={texts.keys.shownText}
        copyLabel={texts.keys.copyKey}
        onClose={() => setShown(null)}
      />
    </Page>
  );
}

type KeyRowProps = {
  readonly licence: LicenceKey;
  readonly onEdit: () => void;
  readonly onShow: () => void;
  readonly onAsk: (kind: Asked['kind']) => void;
};

function KeyRow({ licence, onEdit, onShow, onAsk }: KeyRowProps) {
  const texts = useTexts();
  const { labelled } = texts.common;
  const formats = useFormats();
  const mayChange = useMay('editor');
  const { name, keyPrefix, maxConcurrentCalls, maxMinutesPerDay, allowedOrigins, lastUsedAt, revokedAt, isPublic } =
    licence;
  const hasStringArguments = licence.toolArguments === 'string';
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.title}>
          {name}
          {revokedAt !== null && (
            <Badge color="gray" variant="light">
              {texts.keys.revoked}
            </Badge>
          )}
          {isPublic && <Badge variant="light">{texts.keys.public}</Badge>}
        </p>
        {isPublic && <p className={classes.muted}>{texts.keys.publicText}</p>}
        <p className={classes.facts}>
          <span className={classes.mono}>{keyPrefix}…</span>
          <span>
            {labelled(texts.keys.lastUsed, lastUsedAt === null ? texts.common.never : formats.dateTime(lastUsedAt))}
          </span>
        </p>
        <p className={classes.facts}>
          <span>{labelled(texts.keys.concurrent, formats.number(maxConcurrentCalls))}</span>
          <span>
            {labelled(
              texts.keys.minutes,
              maxMinutesPerDay === null ? texts.common.noLimit : formats.number(maxMinutesPerDay),
            )}
          </span>
          <span>
            {labelled(
              texts.keys.origins,
              allowedOrigins.length === 0 ? texts.keys.anyOrigin : allowedOrigins.join(', '),
            )}
          </span>
          {hasStringArguments && <span>{texts.keys.stringArguments}</span>}
        </p>
      </div>
      {revokedAt === null && mayChange && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
        <div className={classes.actions} role="group" aria-label={texts.keys.actions(name)}>
          <Button variant="light" size="xs" onClick={onShow}>
            {texts.keys.show}
          </Button>
          <Button variant="default" size="xs" onClick={onEdit}>
            {texts.keys.edit}
          </Button>
          <Button variant="default" size="xs" onClick={() => onAsk('reset')}>
            {texts.keys.reset}
          </Button>
          <Button variant="subtle" color="red" size="xs" onClick={() => onAsk('revoke')}>
            {texts.keys.revoke}
          </Button>
        </div>
      )}
    </li>
  );
}

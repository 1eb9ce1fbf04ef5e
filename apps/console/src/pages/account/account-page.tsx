import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { sessionQuery, useChange, userSessionsQuery } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { PasswordField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Loaded, Page, Problem } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { forgetKeptFiles } from '../films/kept-files.ts';

export function AccountPage({ user }: { readonly user: User }) {
  const texts = useTexts();
  return (
    <Page title={texts.account.title} intro={user.email}>
      <Profile user={user} />
      <Password />
      <Sessions />
    </Page>
  );
}

function Profile({ user }: { readonly user: User }) {
  const texts = useTexts();
  const draft = useDraft({ name: user.name });
  const save = useChange((values: { name: string }) => request('PATCH', '/auth/me', values), [sessionQuery.queryKey]);
  return (
    <section className={classes.card}>
      <h2>{texts.account.profile}</h2>
      <Form draft={draft} saving={save}>
        <TextField
          name="name"
          label={texts.common.name}
          autoComplete="name"
          required
          maxLength={LIMITS.characters.name}
          value={draft.values.name}
          onChange={(name) => draft.change({ name })}
        />
      </Form>
    </section>
  );
}

const noPassword = { currentPassword: '', newPassword: '' };

function Password() {
  const texts = useTexts();
  const draft = useDraft(noPassword);
  const save = useChange(
    (values: typeof noPassword) => request('POST', '/auth/password', values),
    [userSessionsQuery.queryKey],
  );
  return (
    <section className={classes.card}>
      <h2>{texts.account.password}</h2>
      <Form
        draft={draft}
        saving={save}
        action={texts.auth.resetSet}
        done={texts.account.passwordChanged}
        valuesOf={() => noPassword}
      >
        <div className={classes.split}>
          <PasswordField
            name="currentPassword"
            label={texts.auth.currentPassword}
            autoComplete="current-password"
            required
            value={draft.values.currentPassword}
            onChange={(currentPassword) => draft.change({ currentPassword })}
          />
          <PasswordField
            name="newPassword"
            label={texts.auth.newPassword}
            autoComplete="new-password"
            required
            value={draft.values.newPassword}
            onChange={(newPassword) => draft.change({ newPassword })}
          />
        </div>
      </Form>
    </section>
  );
}

function Sessions() {
  const texts = useTexts();
  const formats = useFormats();
  const sessions = useQuery(userSessionsQuery);
  const [asked, setAsked] = useState(false);
  const end = useChange(
    (sessionId: string) => request('DELETE', `/auth/sessions/${sessionId}`),
    [userSessionsQuery.queryKey],
  );
  const endAll = useChange(
    () => request('POST', '/auth/logout-everywhere', {}).then(forgetKeptFiles),
    [sessionQuery.queryKey],
  );
  return (
    <section className={classes.card}>
      <h2>{texts.account.sessions}</h2>
      <div className={classes.stack}>
        <Problem error={end.error} />
        <Loaded of={sessions}>
          {(all) => (
            <ul className={classes.list}>
              {all.map(({ sessionId, userAgent, ipAddress, lastUsedAt, isCurrent }) => (
                <li key={sessionId} className={classes.row}>
                  <div>
                    <p className={classes.title}>
                      {ipAddress ?? '—'}
                      {isCurrent && <Badge variant="light">{texts.account.thisDevice}</Badge>}
                    </p>
                    <p className={classes.facts}>
                      <span>{texts.account.lastUsed(formats.dateTime(lastUsedAt))}</span>
                      <span>{userAgent}</span>
                    </p>
                  </div>
                  {!isCurrent && (
                    <Button variant="default" size="xs" onClick={() => end.mutate(sessionId)}>
                      {texts.account.endSession}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
        <div>
          <Button variant="light" color="red" onClick={() => setAsked(true)}>
            {texts.account.logoutEverywhere}
          </Button>
        </div>
      </div>
      <Confirm
        opened={asked}
        title={texts.account.logoutEverywhere}
        text={texts.account.logoutEverywhereText}
        action={texts.account.logoutEverywhere}
        change={endAll}
        onClose={() => setAsked(false)}
        onConfirm={() => endAll.mutate(undefined)}
      />
    </section>
  );
}

import { Alert, Badge, Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { sessionQuery, useChange, userSessionsQuery } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { Loaded, Page, Problem } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';

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
  const [name, setName] = useState(user.name);
  const save = useChange(() => request('PATCH', '/auth/me', { name }), [sessionQuery.queryKey]);
  return (
    <section className={classes.card}>
      <h2>{texts.account.profile}</h2>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <TextInput
          label={texts.common.name}
          autoComplete="name"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Problem error={save.error} />
        {save.isSuccess && <Alert role="status">{texts.common.saved}</Alert>}
        <div>
          <Button type="submit" loading={save.isPending}>
            {texts.common.save}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Password() {
  const texts = useTexts();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const save = useChange(
    () => request('POST', '/auth/password', { currentPassword, newPassword }),
    [userSessionsQuery.queryKey],
  );
  return (
    <section className={classes.card}>
      <h2>{texts.account.password}</h2>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined, {
            onSuccess: () => {
              setCurrent('');
              setNew('');
            },
          });
        }}
      >
        <div className={classes.split}>
          <PasswordInput
            label={texts.auth.currentPassword}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={texts.auth.newPassword}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={newPassword}
            onChange={(event) => setNew(event.currentTarget.value)}
          />
        </div>
        <Problem error={save.error} />
        {save.isSuccess && <Alert role="status">{texts.account.passwordChanged}</Alert>}
        <div>
          <Button type="submit" loading={save.isPending}>
            {texts.auth.resetSet}
          </Button>
        </div>
      </form>
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
  const endAll = useChange(() => request('POST', '/auth/logout-everywhere', {}), [sessionQuery.queryKey]);
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

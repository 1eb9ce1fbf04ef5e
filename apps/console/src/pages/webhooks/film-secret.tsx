import { Button } from '@mantine/core';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';

type FilmSecretProps = { readonly projectId: string; readonly onSecret: (secret: string) => void };

/** The secret that signs what callback addresses of films are told: to be looked at, and replaced. */
export function FilmSecret({ projectId, onSecret }: FilmSecretProps) {
  const texts = useTexts();
  const { webhooks } = texts;
  const [isAsked, setAsked] = useState(false);
  const path = `/projects/${projectId}/callback-secret`;
  const reveal = useChange(() => request<{ secret: string }>('POST', `${path}/reveal`), []);
  const renew = useChange(() => request<{ secret: string }>('POST', `${path}/renew`), []);
  const show = {
    onSuccess: ({ secret }: { secret: string }) => {
      setAsked(false);
      onSecret(secret);
    },
  };
  return (
    <section className={classes.card} aria-labelledby="film-secret">
      <div className={classes.stack}>
        <h2 id="film-secret">{webhooks.filmsTitle}</h2>
        <p className={classes.muted}>{webhooks.filmsText}</p>
        <div className={classes.actions}>
          <Button variant="default" size="xs" onClick={() => reveal.mutate(undefined, show)}>
            {webhooks.showSecret}
          </Button>
          <Button variant="default" size="xs" onClick={() => setAsked(true)}>
            {webhooks.renewSecret}
          </Button>
        </div>
        <Problem error={reveal.error} />
      </div>
      <Confirm
        opened={isAsked}
        title={webhooks.renewTitle}
        text={webhooks.renewText}
        action={webhooks.renewSecret}
        change={renew}
        onClose={() => setAsked(false)}
        onConfirm={() => renew.mutate(undefined, show)}
      />
    </section>
  );
}

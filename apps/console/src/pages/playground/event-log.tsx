import { Button } from '@mantine/core';
import classes from '../../components/console.module.css';
import { useTexts } from '../../i18n/language.tsx';
import own from './playground-page.module.css';
import type { CallEvent } from './use-call-events.ts';

export function EventLog({ events }: { readonly events: readonly CallEvent[] }) {
  const texts = useTexts();
  return (
    <section className={classes.card} aria-label={texts.playground.events}>
      <div className={classes.head}>
        <h2>{texts.playground.events}</h2>
        {events.length > 0 && (
          <Button variant="default" size="xs" onClick={() => save(events)}>
            {texts.playground.exportEvents}
          </Button>
        )}
      </div>
      {events.length === 0 ? (
        <p className={classes.muted}>{texts.playground.noEvents}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        <ol className={own.events} tabIndex={0}>
          {events.map(({ id, offsetMs, kind, detail }) => (
            <li key={id}>
              <span className={classes.muted}>{(offsetMs / 1000).toFixed(2)} s</span>
              <span>{kind}</span>
              <span>{detail}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function save(events: readonly CallEvent[]): void {
  const lines = events.map(({ offsetMs, kind, detail }) => JSON.stringify({ offsetMs, kind, detail }));
  const url = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'call-events.ndjson';
  link.click();
  URL.revokeObjectURL(url);
}

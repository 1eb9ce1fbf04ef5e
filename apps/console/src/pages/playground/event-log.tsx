import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { memo, useState } from 'react';
import classes from '../../components/console.module.css';
import { saveFile } from '../../components/save-file.ts';
import { useTexts } from '../../i18n/language.tsx';
import { type LogEntry, type LogState, logLines } from './call-log.ts';
import own from './playground-page.module.css';

/** Rows in the page at a time; the export has all. */
const shownEntries = 300;

const sources = ['all', 'call', 'sent', 'received'] as const;
type Source = (typeof sources)[number];

/** What happened in the call and each message of the protocol, newest last. */
export function EventLog({ log }: { readonly log: LogState }) {
  const texts = useTexts().playground;
  const [source, setSource] = useState<Source>('all');
  const [words, setWords] = useState('');
  const found = log.entries.filter((entry) => fits(entry, source, words.trim().toLowerCase()));
  const shown = found.slice(-shownEntries);
  return (
    <section className={classes.card} aria-label={texts.events}>
      <div className={classes.head}>
        <h2>{texts.events}</h2>
        {log.entries.length > 0 && (
          <Button variant="default" size="xs" onClick={() => save(log)}>
            {texts.exportEvents}
          </Button>
        )}
      </div>
      {log.entries.length === 0 ? (
        <p className={classes.muted}>{texts.noEvents}</p>
      ) : (
        <>
          <div className={own.filter}>
            <SegmentedControl<Source>
              size="xs"
              aria-label={texts.show}
              data={sources.map((value) => ({ value, label: texts.sources[value] }))}
              value={source}
              onChange={setSource}
            />
            <TextInput
              size="xs"
              aria-label={texts.filter}
              placeholder={texts.filter}
              value={words}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
            <span className={classes.muted} role={source === 'all' && words === '' ? undefined : 'status'}>
              {texts.shown(shown.length, log.entries.length + log.droppedEntries)}
            </span>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
          <ol className={own.events} tabIndex={0} aria-label={texts.events}>
            {shown.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

const arrows = { call: '', sent: '↑', received: '↓' } as const;

const Row = memo(({ entry }: { readonly entry: LogEntry }) => {
  const texts = useTexts().playground;
  const { offsetMs, source, kind, detail, message, repeats } = entry;
  const [opened, setOpened] = useState(false);
  return (
    <li>
      <span className={classes.muted}>{(offsetMs / 1000).toFixed(2)} s</span>
      <span>
        {source !== 'call' && (
          <span role="img" aria-label={texts.sources[source]} className={own.arrow}>
            {arrows[source]}
          </span>
        )}
        {kind}
        {repeats > 0 && ` × ${repeats + 1}`}
      </span>
      {message === null ? (
        <span>{detail}</span>
      ) : (
        <details onToggle={(event) => setOpened(event.currentTarget.open)}>
          <summary>{detail}</summary>
          {opened && <pre>{JSON.stringify(message, null, 2)}</pre>}
        </details>
      )}
    </li>
  );
});

function fits(entry: LogEntry, source: Source, words: string): boolean {
  if (source !== 'all' && entry.source !== source) return false;
  return words === '' || `${entry.kind} ${entry.detail}`.toLowerCase().includes(words);
}

function save(log: LogState): void {
  saveFile(new Blob([logLines(log)], { type: 'application/x-ndjson' }), 'call-events.ndjson');
}

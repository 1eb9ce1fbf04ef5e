import { Alert, Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { useServerTexts } from '../i18n/server-texts.ts';
import classes from './console.module.css';
import { Waiting } from './waiting.tsx';

type PageProps = {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly actions?: ReactNode;
  /** Takes all the width there is: its content stands in columns. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
};

/** A page of the console: heading, what it is for, its main actions, its content. */
export function Page({ title, intro, actions, isWide = false, children }: PageProps) {
  useDocumentTitle(`${title} · Visavis`);
  return (
    <div className={classes.page} data-wide={isWide}>
      <header className={classes.head}>
        <div>
          <h1>{title}</h1>
          {intro && <p>{intro}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** What to do first, where there is nothing yet. */
export function EmptyState(props: { readonly title: string; readonly text: string; readonly children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

type Loadable<Data> = {
  readonly data: Data | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
};

type LoadedProps<Data> = {
  readonly of: Loadable<Data>;
  readonly children: (data: Data) => ReactNode;
  /** Shown while it is on its way; cards without words when left out. */
  readonly waiting?: ReactNode;
};

/** Shows the data of a query, or that it is on its way, or why it is missing. */
export function Loaded<Data>(props: LoadedProps<Data>) {
  const texts = useTexts();
  const { data, error, refetch } = props.of;
  if (data !== undefined) return props.children(data);
  if (error === null && props.waiting !== undefined) return props.waiting;
  if (error === null) return <Waiting />;
  return (
    <div className={classes.stack}>
      <Problem error={error} />
      <div>
        <Button variant="default" onClick={() => void refetch()}>
          {texts.common.tryAgain}
        </Button>
      </div>
    </div>
  );
}

type ProblemProps = {
  readonly error: Error | null;
  /** Fields that say themselves what is wrong with them. */
  readonly claimed?: ReadonlySet<string>;
};

/** Why something did not work; nothing when it did. */
export function Problem({ error, claimed }: ProblemProps) {
  const texts = useServerTexts();
  const sentences = error === null ? [] : texts.ofError(error, claimed);
  if (sentences.length === 0) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {sentences.map((sentence) => (
        <p key={sentence} className={classes.problem}>
          {sentence}
        </p>
      ))}
    </Alert>
  );
}

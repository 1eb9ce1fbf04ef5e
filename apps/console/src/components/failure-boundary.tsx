import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Component, type ReactNode, useState } from 'react';
import { servedEntryScript } from '../app/build.ts';
import { failureTexts } from '../i18n/failure-texts.ts';
import classes from './failure-boundary.module.css';

type FailureBoundaryProps = {
  readonly children: ReactNode;
  /** Nothing else is on the screen: the notice is the page. */
  readonly whole?: boolean;
};

/** A part that cannot be loaded or shown leaves everything around it as it is, and says so in its place. */
export class FailureBoundary extends Component<FailureBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return this.props.whole ? (
      <main className={classes.whole}>
        <Failure />
      </main>
    ) : (
      <Failure />
    );
  }
}

function Failure() {
  const texts = failureTexts();
  const [state, setState] = useState<'idle' | 'asking' | 'away'>('idle');
  useDocumentTitle(`${texts.title} · Visavis`);
  /** Only when the server answers: a page that the browser cannot get is worse than this one. */
  const reload = () => {
    setState('asking');
    servedEntryScript().then(
      () => globalThis.location.reload(),
      () => setState('away'),
    );
  };
  return (
    <div className={classes.failure} role="alert">
      <h1>{texts.title}</h1>
      <p>{state === 'away' ? texts.away : texts.advice}</p>
      <Button loading={state === 'asking'} onClick={reload}>
        {texts.reload}
      </Button>
    </div>
  );
}

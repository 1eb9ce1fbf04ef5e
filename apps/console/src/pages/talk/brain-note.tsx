import { Fragment } from 'react';
import type { FoundModel } from '../../api/talk-page.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './brain-note.module.css';

/** For whoever has set up the server: why the answers are simple, and what to do about it. */
export function BrainNote({ found }: { readonly found: readonly FoundModel[] }) {
  const texts = useTalkTexts().lobby;
  return (
    <details
      className={classes.note}
      onToggle={({ currentTarget }) => {
        // On a phone the button to start lies over the end of the page.
        if (currentTarget.open) currentTarget.scrollIntoView({ block: 'center', behavior: 'smooth' });
      }}
    >
      <summary>
        {texts.brain} · <span className={classes.action}>{texts.connect}</span>
      </summary>
      {found.map(({ name, model, settings }) => (
        <Fragment key={name}>
          <p>{texts.connectFound(name, model)}</p>
          <code>{settings} npx visavis</code>
        </Fragment>
      ))}
      <p>{texts.connectHow}</p>
      <code>LLM_URL=http://127.0.0.1:11434/v1 LLM_MODEL=… npx visavis</code>
      <p>{texts.connectHosted}</p>
      <code>OPENAI_API_KEY=… npx visavis</code>
      <p>
        <a href="/docs/providers.html">{texts.connectMore}</a>
      </p>
    </details>
  );
}

import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import classes from '../../components/console.module.css';
import { CopyButton } from '../../components/copy-button.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { pageSnippet, reactSnippet, tokenSnippet } from './embed-snippets.ts';

const makers = { page: pageSnippet, react: reactSnippet, token: tokenSnippet };
type Kind = keyof typeof makers;

/** Code to copy into one's own site. */
export function EmbedCode({ avatarId }: { readonly avatarId: string }) {
  const texts = useTexts();
  const [kind, setKind] = useState<Kind>('page');
  const snippet = makers[kind]({ host: globalThis.location.origin, avatarId });
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <h2>{texts.avatars.embed}</h2>
      <p className={classes.muted}>{texts.avatars.embedText}</p>
      <div className={classes.actions}>
        <SegmentedControl<Kind>
          aria-label={texts.avatars.embed}
          data={[
            { value: 'page', label: texts.avatars.embedPage },
            { value: 'react', label: texts.avatars.embedReact },
            { value: 'token', label: texts.avatars.embedToken },
          ]}
          value={kind}
          onChange={setKind}
        />
        <CopyButton text={snippet} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <pre className={classes.code} tabIndex={0}>
        <code>{snippet}</code>
      </pre>
    </section>
  );
}

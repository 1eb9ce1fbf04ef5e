import { SegmentedControl } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { CopyButton } from '../../components/copy-button.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './embed-code.module.css';
import { elementSnippet, frameSnippet, reactSnippet, tokenSnippet } from './embed-snippets.ts';

const makers = { element: elementSnippet, frame: frameSnippet, react: reactSnippet };
type Kind = keyof typeof makers;

type EmbedCodeProps = { readonly projectId: string; readonly avatar: Avatar };

/** Code to copy into one's own site: the page's part, and what its server adds. */
export function EmbedCode({ projectId, avatar }: EmbedCodeProps) {
  const texts = useTexts().avatars;
  const [kind, setKind] = useState<Kind>('element');
  const place = {
    server: globalThis.location.origin,
    avatarId: avatar.avatarId,
    label: shownName(avatar.name),
    pictureUrl: avatar.thumbnailUrl,
  };
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-labelledby="embed">
      <h2 id="embed">{texts.embed}</h2>
      <p className={classes.muted}>{texts.embedText}</p>
      <SegmentedControl<Kind>
        aria-label={texts.embed}
        data={[
          { value: 'element', label: texts.embedElement },
          { value: 'frame', label: texts.embedFrame },
          { value: 'react', label: texts.embedReact },
        ]}
        value={kind}
        onChange={setKind}
      />
      <Snippet title={texts.embedInPage} text={makers[kind](place)} />
      {kind === 'frame' && <p className={classes.muted}>{texts.embedFrameHint}</p>}
      <Snippet title={texts.embedOnServer} text={tokenSnippet(place)} />
      <p className={classes.muted}>
        {texts.embedTokenHint}{' '}
        <Link className={own.link} href={sectionAddress(projectId, 'keys')}>
          {texts.embedKeys}
        </Link>
      </p>
    </section>
  );
}

function Snippet({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div className={classes.stack}>
      <div className={own.snippetHead}>
        <h3>{title}</h3>
        <CopyButton text={text} what={title} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <pre className={classes.code} tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

import { type Caption, captionText } from '@visavis/sdk';
import { useLayoutEffect, useRef } from 'react';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import type { CaptionsWish } from './call-preferences.ts';
import classes from './captions.module.css';

type CaptionsProps = {
  readonly captions: readonly Caption[];
  readonly avatarName: string;
  /** `off`: they are told to screen readers alone. */
  readonly size: CaptionsWish;
  readonly ended: boolean;
};

/** Distance from the end, in pixels, within which the list follows new words. */
const followPx = 80;

/** A reply has a place as soon as its first word is heard. */
function isShown(caption: Caption): boolean {
  return caption.status === 'pending' || captionText(caption) !== '';
}

/** What both sides say, as it is said and heard. Screen readers are told each caption once, when it is complete. */
export function Captions({ captions, avatarName, size, ended }: CaptionsProps) {
  const texts = useTalkTexts().captions;
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list scrolls when its words change.
  useLayoutEffect(() => {
    if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [captions]);

  const complete = captions.findLast(({ status }) => status === 'final' || status === 'interrupted');
  return (
    <>
      <ol
        ref={list}
        className={classes.captions}
        data-size={size}
        hidden={size === 'off'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
        aria-label={texts.title}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < followPx;
        }}
      >
        {captions.length === 0 && <li className={classes.empty}>{ended ? texts.nothing : texts.empty}</li>}
        {captions.filter(isShown).map((caption) => (
          <li key={caption.id} className={classes.caption} data-speaker={caption.speaker} data-status={caption.status}>
            <span className={classes.speaker}>{caption.speaker === 'user' ? texts.you : avatarName}</span>
            <span className={classes.text}>
              {caption.status === 'pending' ? <Listening /> : <Words caption={caption} />}
              {caption.status === 'interrupted' && <span className={classes.mark}> — {texts.interrupted}</span>}
            </span>
          </li>
        ))}
      </ol>
      <p className="visually-hidden" aria-live="polite">
        {complete && texts.said(complete.speaker === 'user' ? texts.you : avatarName, complete.text)}
      </p>
    </>
  );
}

/** What is heard of a caption; the word that is being said stands out. */
function Words({ caption }: { readonly caption: Caption }) {
  const text = captionText(caption);
  if (caption.wordSaid === undefined) return text;
  const { from, to } = caption.wordSaid;
  return (
    <>
      {text.slice(0, from)}
      <span className={classes.wordSaid}>{text.slice(from, to)}</span>
      {text.slice(to)}
    </>
  );
}

function Listening() {
  const texts = useTalkTexts().captions;
  return (
    <span className={classes.listening} role="img" aria-label={texts.listening}>
      <i />
      <i />
      <i />
    </span>
  );
}

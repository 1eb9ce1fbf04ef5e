import type { LiveLine } from '@visavis/protocol/rest';
import { useLayoutEffect, useRef } from 'react';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';

/** Distance from the end, in pixels, within which the list follows new words. */
const followPx = 80;

/** What is said, as it is said; the newest is in view, unless somebody reads further up. Screen readers are told each line once, when it is complete. */
export function SpokenLines({ lines }: { readonly lines: readonly LiveLine[] }) {
  const texts = useLiveTexts();
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list scrolls when its words change.
  useLayoutEffect(() => {
    if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);

  const speakerOf = (line: LiveLine) => texts.roles[line.by ?? line.role];
  const complete = lines.findLast(({ isOpen, text }) => !isOpen && text !== '');
  return (
    <>
      <ol
        ref={list}
        className={own.lines}
        aria-label={texts.lines}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keyboard.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < followPx;
        }}
      >
        {lines.length === 0 && <li className={own.nothing}>{texts.nothingSaid}</li>}
        {lines.map((line) => (
          <li key={line.lineId} className={own.line} data-role={line.role} data-open={line.isOpen}>
            <span className={own.speaker}>{speakerOf(line)}</span>
            <span className={own.text}>{line.text}</span>
          </li>
        ))}
      </ol>
      <p className="visually-hidden" aria-live="polite">
        {complete && texts.said(speakerOf(complete), complete.text)}
      </p>
    </>
  );
}

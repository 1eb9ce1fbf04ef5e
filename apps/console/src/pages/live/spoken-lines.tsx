import type { LiveLine } from '@visavis/protocol/rest';
import { useEffect, useRef } from 'react';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';

/** What is said, as it is said; the newest is in view. */
export function SpokenLines({ lines }: { readonly lines: readonly LiveLine[] }) {
  const texts = useLiveTexts();
  const list = useRef<HTMLOListElement>(null);
  const last = lines.at(-1);
  const newest = last === undefined ? '' : `${last.lineId} ${last.text.length}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves when something was said.
  useEffect(() => {
    const box = list.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  }, [newest]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keyboard.
    <ol ref={list} className={own.lines} aria-label={texts.lines} aria-live="polite" tabIndex={0}>
      {lines.length === 0 && <li className={own.nothing}>{texts.nothingSaid}</li>}
      {lines.map((line) => (
        <li key={line.lineId} className={own.line} data-role={line.role} data-open={line.isOpen}>
          <span className={own.speaker}>{texts.roles[line.by ?? line.role]}</span>
          <span className={own.text}>{line.text}</span>
        </li>
      ))}
    </ol>
  );
}

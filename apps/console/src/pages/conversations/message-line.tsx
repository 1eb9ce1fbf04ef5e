import { Badge } from '@mantine/core';
import type { Message } from '@visavis/protocol/rest';
import { useEffect, useRef } from 'react';
import classes from '../../components/console.module.css';
import { usePlaces } from '../../components/places.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { LineTime, seekUnlessMarking } from './line-time.tsx';
import own from './transcript-page.module.css';

type MessageLineProps = {
  readonly message: Message;
  /** It is heard in the film just now. */
  readonly isHeard: boolean;
  /** Plays the film from this time of the talk; left out: there is none. */
  readonly onSeek?: (talkMs: number) => void;
};

export function MessageLine({ message, isHeard, onSeek }: MessageLineProps) {
  const texts = useTexts();
  const formats = useFormats();
  const places = usePlaces();
  const line = useRef<HTMLLIElement>(null);
  const { role, offsetMs, latencyMs } = message;

  useEffect(() => {
    if (isHeard) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isHeard]);

  return (
    <li
      ref={line}
      className={own.message}
      data-role={role}
      data-seeks={onSeek !== undefined}
      aria-current={isHeard}
      {...(onSeek && { onClick: () => seekUnlessMarking(onSeek, offsetMs) })}
    >
      <p className={classes.facts}>
        <span>{texts.conversations.roles[role]}</span>
        <LineTime at={message.at} offsetMs={offsetMs} isPlayed={onSeek !== undefined} />
        {latencyMs !== null && <span>{texts.conversations.answeredAfter(formats.fixed(latencyMs / 1000, 1))}</span>}
        {message.by === 'operator' && (
          <Badge size="xs" variant="light">
            {texts.conversations.byOperator}
          </Badge>
        )}
        {message.interrupted && (
          <Badge size="xs" variant="light" color="gray">
            {texts.conversations.interrupted}
          </Badge>
        )}
      </p>
      <p className={role === 'tool' ? classes.mono : ''}>{message.text}</p>
      {message.sources.length > 0 && <p className={classes.facts}>{places.all(message.sources)}</p>}
    </li>
  );
}

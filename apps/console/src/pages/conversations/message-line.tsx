import { Badge } from '@mantine/core';
import type { Message } from '@visavis/protocol/rest';
import { useEffect, useRef } from 'react';
import classes from '../../components/console.module.css';
import { PlayIcon } from '../../components/icons.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
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
  const line = useRef<HTMLLIElement>(null);
  const { role, offsetMs, latencyMs } = message;
  const clock = formats.clock(offsetMs);

  useEffect(() => {
    if (isHeard) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isHeard]);

  const seek = () => {
    // Who marks words to copy them wants to stay where he is.
    if (globalThis.getSelection()?.isCollapsed !== false) onSeek?.(offsetMs);
  };
  return (
    <li
      ref={line}
      className={own.message}
      data-role={role}
      data-seeks={onSeek !== undefined}
      aria-current={isHeard}
      {...(onSeek && { onClick: seek })}
    >
      <p className={classes.facts}>
        <span>{texts.conversations.roles[role]}</span>
        {onSeek === undefined ? (
          <time dateTime={message.at}>{clock}</time>
        ) : (
          <button type="button" className={own.time} aria-label={texts.conversations.playFrom(clock)}>
            <PlayIcon size={12} />
            <time dateTime={message.at}>{clock}</time>
          </button>
        )}
        {latencyMs !== null && <span>{texts.conversations.answeredAfter(formats.fixed(latencyMs / 1000, 1))}</span>}
        {message.interrupted && (
          <Badge size="xs" variant="light" color="gray">
            {texts.conversations.interrupted}
          </Badge>
        )}
      </p>
      <p className={role === 'tool' ? classes.mono : ''}>{message.text}</p>
    </li>
  );
}

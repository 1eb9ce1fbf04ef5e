import { Button } from '@mantine/core';
import type { CallSnapshot } from '@visavis/sdk';
import { useEffect, useRef } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { AlertIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { displayName } from './avatar-picture.tsx';
import classes from './end-card.module.css';

type EndCardProps = {
  readonly snapshot: CallSnapshot;
  readonly avatar: TalkAvatar;
  /** There is no other avatar to choose. */
  readonly isLink: boolean;
  readonly onCallAgain: () => void;
  readonly onLeave: () => void;
};

/** How the call ended, and the way on. */
export function EndCard({ snapshot, avatar, isLink, onCallAgain, onLeave }: EndCardProps) {
  const texts = useTalkTexts().end;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.focus(), []);
  const { problem } = snapshot;
  /** The same call would end the same way. */
  const isHopeless = problem?.retryable === false;
  return (
    <div ref={card} className={classes.card} role={problem ? 'alert' : 'group'} tabIndex={-1}>
      {problem && (
        <span className={classes.icon}>
          <AlertIcon size={26} />
        </span>
      )}
      <h2>{problem ? problem.title : texts.title(displayName(avatar))}</h2>
      {problem && <p>{problem.advice}</p>}
      {problem?.detail && <p className={classes.detail}>{problem.detail}</p>}
      <div className={classes.actions}>
        <Button radius="xl" size="md" variant={isHopeless ? 'default' : 'filled'} onClick={onCallAgain}>
          {texts.again}
        </Button>
        <Button radius="xl" size="md" variant={isHopeless ? 'filled' : 'default'} onClick={onLeave}>
          {isLink ? texts.back : texts.another}
        </Button>
      </div>
    </div>
  );
}

import { Button } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { useEffect, useRef } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { AlertIcon } from '../../components/icons.tsx';
import { useCopied } from '../../components/use-copied.ts';
import { useFormats } from '../../i18n/language-choice.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './end-card.module.css';
import { RateCall } from './rate-call.tsx';
import { callDurationMs, transcriptText } from './transcript-text.ts';

type EndCardProps = {
  readonly call: VisavisCall;
  readonly snapshot: CallSnapshot;
  readonly avatar: TalkAvatar;
  /** There is no other avatar to choose. */
  readonly isLink: boolean;
  readonly onCallAgain: () => void;
  readonly onLeave: () => void;
};

/** How the call ended and how long it was, what was said to take along, and the way on. Beside the face, not over it. */
export function EndCard({ call, snapshot, avatar, isLink, onCallAgain, onLeave }: EndCardProps) {
  const texts = useTalkTexts().end;
  const formats = useFormats();
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.focus(), []);
  const { problem } = snapshot;
  const durationMs = callDurationMs(snapshot);
  /** The same call would end the same way. */
  const isHopeless = problem?.retryable === false;
  return (
    <div ref={card} className={classes.card} role={problem ? 'alert' : 'group'} tabIndex={-1}>
      {problem && (
        <span className={classes.icon}>
          <AlertIcon size={26} />
        </span>
      )}
      <h2>{problem ? problem.title : texts.title(shownName(avatar.name))}</h2>
      {problem && <p>{problem.advice}</p>}
      {problem?.detail && <p className={classes.detail}>{problem.detail}</p>}
      {durationMs !== null && <p>{texts.lasted(formats.clock(durationMs))}</p>}
      {snapshot.canRate && durationMs !== null && <RateCall call={call} />}
      <div className={classes.actions}>
        <Button radius="xl" size="md" variant={isHopeless ? 'default' : 'filled'} onClick={onCallAgain}>
          {texts.again}
        </Button>
        <Button radius="xl" size="md" variant={isHopeless ? 'filled' : 'default'} onClick={onLeave}>
          {isLink ? texts.back : texts.another}
        </Button>
        <CopyTranscript snapshot={snapshot} avatarName={shownName(avatar.name)} />
      </div>
    </div>
  );
}

function CopyTranscript({ snapshot, avatarName }: { readonly snapshot: CallSnapshot; readonly avatarName: string }) {
  const texts = useTalkTexts();
  const [copied, copy] = useCopied();
  const text = transcriptText(snapshot.captions, avatarName, texts.captions);
  if (text === '') return null;
  return (
    <Button radius="xl" size="md" variant="subtle" onClick={() => copy(text)}>
      <span aria-live="polite">{copied ? texts.end.copied : texts.end.copy}</span>
    </Button>
  );
}

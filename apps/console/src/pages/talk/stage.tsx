import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { type ReactNode, useCallback, useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { SpeakerIcon } from '../../components/icons.tsx';
import type { TalkTexts } from '../../i18n/en/talk.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { AvatarPicture, displayName, shortName } from './avatar-picture.tsx';
import classes from './stage.module.css';

type StageProps = {
  readonly call: VisavisCall;
  readonly snapshot: CallSnapshot;
  readonly avatar: TalkAvatar;
  readonly children: ReactNode;
};

/** The avatar's face with what it is doing. The still stays below the video until the first picture has arrived. */
export function Stage({ call, snapshot, avatar, children }: StageProps) {
  const texts = useTalkTexts().stage;
  const [playing, setPlaying] = useState(false);
  const attach = useCallback((video: HTMLVideoElement | null) => call.attach(video), [call]);
  const live = playing && snapshot.state === 'connected';
  return (
    <div
      className={classes.stage}
      data-state={snapshot.state}
      data-activity={snapshot.activity}
      data-silent={isSilent(snapshot)}
    >
      <AvatarPicture avatar={avatar} className={classes.picture}>
        {/* biome-ignore lint/a11y/useMediaCaption: the captions are next to the picture, as text. */}
        <video
          ref={attach}
          className={`face-picture ${classes.video}`}
          data-live={live}
          playsInline
          autoPlay
          aria-label={texts.live(displayName(avatar))}
          onPlaying={() => setPlaying(true)}
          onEmptied={() => setPlaying(false)}
        />
      </AvatarPicture>
      <p className={classes.status} role="status">
        <span className={classes.dot} />
        <span className={classes.words}>{statusText(texts, snapshot, shortName(avatar))}</span>
      </p>
      {snapshot.soundBlocked && (
        <button type="button" className={classes.unblock} onClick={() => void call.unblockSound()}>
          <SpeakerIcon size={30} />
          {texts.unblock(displayName(avatar))}
        </button>
      )}
      <div className={classes.foot}>{children}</div>
    </div>
  );
}

type StageTexts = TalkTexts['stage'];

function statusText(texts: StageTexts, snapshot: CallSnapshot, name: string): string {
  switch (snapshot.state) {
    case 'ended':
      return texts.ended;
    case 'reconnecting':
      return texts.reconnecting;
    case 'connected':
      return activityText(texts, snapshot, name);
    default:
      if (snapshot.sessionId === null) return texts.calling;
      return snapshot.ready ? texts.waiting : texts.waking(name);
  }
}

function activityText(texts: StageTexts, snapshot: CallSnapshot, name: string): string {
  const { activity, microphone } = snapshot;
  if (activity === 'thinking') return texts.thinking(name);
  if (activity === 'speaking') return texts.speaking(name);
  if (microphone.state !== 'on' || microphone.muted) return texts.connected;
  if (isSilent(snapshot)) return texts.silent;
  return activity === 'hearing' ? texts.hearing : texts.listening(name);
}

/** The avatar would listen, but no sound comes. */
function isSilent({ activity, microphone }: CallSnapshot): boolean {
  const listens = activity === 'listening' || activity === 'hearing';
  return listens && microphone.state === 'on' && !microphone.muted && microphone.stalled;
}

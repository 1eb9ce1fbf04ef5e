import { shownName } from '@visavis/protocol';
import { type CallSnapshot, situationOf, type VisavisCall } from '@visavis/sdk';
import { type ReactNode, useCallback, useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { SpeakerIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { AvatarPicture, shortName } from './avatar-picture.tsx';
import { CameraPreview } from './camera-preview.tsx';
import classes from './stage.module.css';

type StageProps = {
  readonly call: VisavisCall;
  readonly snapshot: CallSnapshot;
  readonly avatar: TalkAvatar;
  /** What one's own camera shows; null: it is off. */
  readonly own: MediaStream | null;
  readonly children: ReactNode;
};

/** The avatar's face with what it is doing. The still stays below the video until the first picture has arrived. */
export function Stage({ call, snapshot, avatar, own, children }: StageProps) {
  const texts = useTalkTexts().stage;
  const [playing, setPlaying] = useState(false);
  const attach = useCallback((video: HTMLVideoElement | null) => call.attach(video), [call]);
  const situation = situationOf(snapshot);
  const live = playing && snapshot.state === 'connected';
  return (
    <div className={classes.stage} data-state={snapshot.state} data-situation={situation}>
      <AvatarPicture avatar={avatar} className={classes.picture}>
        {/* biome-ignore lint/a11y/useMediaCaption: the captions are next to the picture, as text. */}
        <video
          ref={attach}
          className={`face-picture ${classes.video}`}
          data-live={live}
          playsInline
          autoPlay
          aria-label={texts.live(shownName(avatar.name))}
          onPlaying={() => setPlaying(true)}
          onEmptied={() => setPlaying(false)}
        />
      </AvatarPicture>
      {own && <CameraPreview stream={own} className={classes.own} />}
      <p className={classes.status} role="status" data-narrow={own !== null}>
        <span className={classes.dot} />
        <span className={classes.words}>{texts.situations[situation](shortName(avatar))}</span>
      </p>
      {snapshot.soundBlocked && (
        <button type="button" className={classes.unblock} onClick={() => void call.unblockSound()}>
          <SpeakerIcon size={30} />
          {texts.unblock(shownName(avatar.name))}
        </button>
      )}
      {children !== null && <div className={classes.foot}>{children}</div>}
    </div>
  );
}

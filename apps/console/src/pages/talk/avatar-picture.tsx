import { shownName } from '@visavis/protocol';
import { useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { FaceFrame } from '../../components/face-frame.tsx';
import classes from './avatar-picture.module.css';

type AvatarPictureProps = {
  readonly avatar: TalkAvatar;
  readonly className?: string | undefined;
  /** What lies over the still and shares its frame. */
  readonly children?: React.ReactNode;
};

/** The avatar's still with the face in view, or its initial when there is none. Decorative: the name stands next to it. */
export function AvatarPicture({ avatar, className, children }: AvatarPictureProps) {
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const { thumbnailUrl, face = null } = avatar;
  const still = thumbnailUrl === '' || thumbnailUrl === brokenUrl ? null : thumbnailUrl;
  return (
    <FaceFrame face={face} still={still} className={`${classes.frame} ${className ?? ''}`}>
      {still === null ? (
        <span className={classes.initial} aria-hidden="true">
          {shownName(avatar.name).slice(0, 1).toUpperCase()}
        </span>
      ) : (
        <img className="face-picture" src={still} alt="" onError={() => setBrokenUrl(thumbnailUrl)} />
      )}
      {children}
    </FaceFrame>
  );
}

/** Characters from which a name is a long one. */
export const longName = 16;

/** The name inside short sentences, where a long one would push the rest out: its first word, cut. */
export function shortName(avatar: TalkAvatar): string {
  const name = shownName(avatar.name);
  if (name.length <= longName) return name;
  const [first = name] = name.split(/\s/, 1);
  return first.length <= longName ? first : `${first.slice(0, longName - 1)}…`;
}

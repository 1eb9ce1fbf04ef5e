import { useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import classes from './avatar-picture.module.css';

/** The avatar's still, or its initial when there is none. Decorative: the name stands next to it. */
export function AvatarPicture({ avatar }: { readonly avatar: TalkAvatar }) {
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  if (avatar.thumbnailUrl === '' || avatar.thumbnailUrl === brokenUrl) {
    return (
      <span className={classes.initial} aria-hidden="true">
        {displayName(avatar).slice(0, 1).toUpperCase()}
      </span>
    );
  }
  return (
    <img
      className={classes.picture}
      src={avatar.thumbnailUrl}
      alt=""
      onError={() => setBrokenUrl(avatar.thumbnailUrl)}
    />
  );
}

export function displayName(avatar: TalkAvatar): string {
  const name = avatar.name.replace(/^.*\./, '');
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

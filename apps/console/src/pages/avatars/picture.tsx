import { useReducedMotion } from '@mantine/hooks';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { FaceFrame } from '../../components/face-frame.tsx';
import classes from './avatars-page.module.css';
import { localPhotoOf } from './local-photos.ts';

type PictureProps = {
  readonly avatar: Pick<Avatar, 'avatarId' | 'name' | 'thumbnailUrl' | 'previewUrl' | 'sourceUrl' | 'face'>;
  /** Show it moving, where there is a clip of that. */
  readonly live?: boolean;
  readonly className?: string | undefined;
};

/**
 * The avatar's still or clip with the face in view; until there is one, the photo that it is made from, else its initial.
 * Decorative: the name stands next to it.
 */
export function Picture({ avatar, live = false, className = classes.picture }: PictureProps) {
  const isCalm = useReducedMotion();
  const [broken, setBroken] = useState<string | null>(null);
  const { avatarId, previewUrl, thumbnailUrl, sourceUrl, face, name } = avatar;
  const still = thumbnailUrl ?? sourceUrl ?? localPhotoOf(avatarId);
  return (
    <FaceFrame face={face} still={still === broken ? null : still} className={className}>
      {still === null || still === broken ? (
        <span aria-hidden="true">{shownName(name).slice(0, 1).toUpperCase()}</span>
      ) : (
        <img className="face-picture" src={still} alt="" loading="lazy" onError={() => setBroken(still)} />
      )}
      {live && !isCalm && previewUrl !== null && (
        <video className="face-picture" src={previewUrl} muted loop autoPlay playsInline />
      )}
    </FaceFrame>
  );
}

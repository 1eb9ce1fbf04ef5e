import { useReducedMotion } from '@mantine/hooks';
import type { Avatar } from '@visavis/protocol/rest';
import { FaceFrame } from '../../components/face-frame.tsx';
import classes from './avatars-page.module.css';

type PictureProps = {
  readonly avatar: Avatar;
  /** Show it moving, where there is a clip of that. */
  readonly live?: boolean;
};

/** The avatar's still or clip with the face in view, or its initial. Decorative: the name stands next to it. */
export function Picture({ avatar, live = false }: PictureProps) {
  const isCalm = useReducedMotion();
  const { previewUrl, thumbnailUrl, face, name } = avatar;
  return (
    <FaceFrame face={face} still={thumbnailUrl} className={classes.picture}>
      {thumbnailUrl === null ? (
        <span aria-hidden="true">{shownName(name).slice(0, 1).toUpperCase()}</span>
      ) : (
        <img className="face-picture" src={thumbnailUrl} alt="" loading="lazy" />
      )}
      {live && !isCalm && previewUrl !== null && (
        <video className="face-picture" src={previewUrl} muted loop autoPlay playsInline />
      )}
    </FaceFrame>
  );
}

/** Built-in avatars are named with a prefix for programs, which people need not read. */
export function shownName(name: string): string {
  const short = name.replace(/^navtalk\./, '');
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}

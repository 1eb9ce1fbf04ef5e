import { useReducedMotion } from '@mantine/hooks';
import type { Avatar } from '@visavis/protocol/rest';
import classes from './avatars-page.module.css';

type PictureProps = {
  readonly avatar: Avatar;
  /** Show it moving, where there is a clip of that. */
  readonly live?: boolean;
};

/** The avatar's still or clip, or its initial. Decorative: the name stands next to it. */
export function Picture({ avatar, live = false }: PictureProps) {
  const isCalm = useReducedMotion();
  const { previewUrl, thumbnailUrl, name } = avatar;
  return (
    <div className={classes.picture}>
      {thumbnailUrl === null ? (
        <span aria-hidden="true">{shownName(name).slice(0, 1).toUpperCase()}</span>
      ) : (
        <img src={thumbnailUrl} alt="" loading="lazy" />
      )}
      {live && !isCalm && previewUrl !== null && <video src={previewUrl} muted loop autoPlay playsInline />}
    </div>
  );
}

/** Built-in avatars are named with a prefix for programs, which people need not read. */
export function shownName(name: string): string {
  const short = name.replace(/^navtalk\./, '');
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}

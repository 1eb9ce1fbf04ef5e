import type { Avatar } from '@visavis/protocol/rest';
import classes from './avatars-page.module.css';

/** The avatar's still, or its initial. Decorative: the name stands next to it. */
export function Picture({ avatar }: { readonly avatar: Avatar }) {
  return (
    <div className={classes.picture}>
      {avatar.thumbnailUrl === null ? (
        <span aria-hidden="true">{shownName(avatar.name).slice(0, 1).toUpperCase()}</span>
      ) : (
        <img src={avatar.thumbnailUrl} alt="" loading="lazy" />
      )}
    </div>
  );
}

/** Built-in avatars are named with a prefix for programs, which people need not read. */
export function shownName(name: string): string {
  const short = name.replace(/^navtalk\./, '');
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}

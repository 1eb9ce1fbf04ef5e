import type { ComponentPropsWithRef, MouseEvent } from 'react';
import { navigate } from './router.ts';

/** A link inside the console. New tabs and windows work as for every link. */
export function Link({ href, onClick, ...rest }: ComponentPropsWithRef<'a'> & { readonly href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}

import { SYSTEM_AVATAR_PREFIX } from './names.ts';

/** Whether a name is of the built-in avatars, in any case: `navtalk.Leo`. */
export function isSystemName(name: string): boolean {
  return name.toLowerCase().startsWith(SYSTEM_AVATAR_PREFIX);
}

/** `navtalk.Leo` → `Leo` */
export function withoutSystemPrefix(name: string): string {
  return isSystemName(name) ? name.slice(SYSTEM_AVATAR_PREFIX.length) : name;
}

/** As people read it: without the prefix, which is there for programs, and beginning with a capital. */
export function shownName(name: string): string {
  const short = withoutSystemPrefix(name);
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}

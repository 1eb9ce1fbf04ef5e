import { createHash } from 'node:crypto';

/** Names of this form belong to the built-in figures. */
const BUILT_IN_PREFIX = 'navtalk.';

/** Names that published NavTalk samples ask for; each must lead to some built-in figure. */
export const KNOWN_NAMES: readonly string[] = [
  ...['Alex', 'Ethan', 'Leo', 'Lily', 'Emma', 'Sophia', 'Mia', 'Chloe', 'Zoe', 'Ava', 'Brain', 'Emily', 'Lauren'],
  ...['Lisa', 'Freya', 'Elaine', 'Owen', 'Valentina', 'girl2', 'man2'],
];

export function isBuiltInName(name: string): boolean {
  return name.toLowerCase().startsWith(BUILT_IN_PREFIX);
}

/** `Leo` → `navtalk.Leo` */
export function builtInName(name: string): string {
  return isBuiltInName(name) ? name : `${BUILT_IN_PREFIX}${name}`;
}

/** `navtalk.Leo` → `Leo` */
export function withoutBuiltInPrefix(name: string): string {
  return isBuiltInName(name) ? name.slice(BUILT_IN_PREFIX.length) : name;
}

/** Which of `figureCount` figures stands in for a name that none of them has. */
export function builtInFigureIndex(name: string, figureCount: number): number {
  if (figureCount === 0) return -1;
  const digest = createHash('sha256').update(withoutBuiltInPrefix(name).toLowerCase()).digest();
  return digest.readUInt32BE(0) % figureCount;
}

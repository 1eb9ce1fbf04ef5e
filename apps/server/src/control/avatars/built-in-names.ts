import { createHash } from 'node:crypto';
import { isSystemName, SYSTEM_AVATAR_PREFIX, withoutSystemPrefix } from '@visavis/protocol';

/** Names that published NavTalk samples ask for; each must lead to some built-in figure. */
export const KNOWN_NAMES: readonly string[] = [
  'Alex',
  'Ethan',
  'Leo',
  'Lily',
  'Emma',
  'Sophia',
  'Mia',
  'Chloe',
  'Zoe',
  'Ava',
  'Brain',
  'Emily',
  'Lauren',
  'Lisa',
  'Freya',
  'Elaine',
  'Owen',
  'Valentina',
  'man2',
  'man3',
  'man4',
  'girl2',
  'girl3',
  'girl4',
  'girl5',
  'girl6',
  'girl7',
  'girl8',
];

/** `Leo` → `navtalk.Leo` */
export function builtInName(name: string): string {
  return isSystemName(name) ? name : `${SYSTEM_AVATAR_PREFIX}${name}`;
}

/** Which of `figureCount` figures stands in for a name that none of them has. */
export function builtInFigureIndex(name: string, figureCount: number): number {
  if (figureCount === 0) return -1;
  const digest = createHash('sha256').update(withoutSystemPrefix(name).toLowerCase()).digest();
  return digest.readUInt32BE(0) % figureCount;
}

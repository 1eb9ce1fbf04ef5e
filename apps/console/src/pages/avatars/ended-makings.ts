import type { Avatar } from '@visavis/protocol/rest';

type Seen = Pick<Avatar, 'avatarId' | 'state'>;

/** Those that were being made before and are no more. */
export function endedMakings<Item extends Seen>(before: readonly Seen[], now: readonly Item[]): readonly Item[] {
  const making = new Set(before.filter(({ state }) => state === 'making').map(({ avatarId }) => avatarId));
  return now.filter(({ avatarId, state }) => making.has(avatarId) && state !== 'making');
}

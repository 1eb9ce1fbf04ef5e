import type { Avatar } from '@visavis/protocol/rest';

type Seen = Pick<Avatar, 'avatarId' | 'state'>;

/** Whether the avatars are asked for: until they are known, and while one of them is being made. */
export function isWatched(avatars: readonly Seen[] | undefined): boolean {
  return avatars === undefined || isAnyMaking(avatars);
}

export function isAnyMaking(avatars: readonly Seen[] | undefined): boolean {
  return avatars?.some(({ state }) => state === 'making') ?? false;
}

/** Those that were being made before and are no more. */
export function endedMakings<Item extends Seen>(before: readonly Seen[], now: readonly Item[]): readonly Item[] {
  const making = new Set(before.filter(({ state }) => state === 'making').map(({ avatarId }) => avatarId));
  return now.filter(({ avatarId, state }) => making.has(avatarId) && state !== 'making');
}

import { withoutSystemPrefix } from './avatar-names.ts';

/** What finds an avatar. */
type Named = { readonly avatarId: string; readonly name: string };

/** What an address of the talk page asks for; null when there is no page at it. */
export type TalkAddress = {
  /** Id or name of an avatar; null: whoever is offered first. */
  readonly avatar: string | null;
};

/** `/`, `/?avatar=NAME`, `/talk` and `/talk/NAME`; the name may be an id. */
export function readTalkAddress({ pathname, search }: Pick<URL, 'pathname' | 'search'>): TalkAddress | null {
  const path = /^\/(?:index\.html|talk(?:\/([^/]+))?)?\/?$/.exec(pathname);
  if (path === null) return null;
  const query = new URLSearchParams(search);
  const avatar = decoded(path[1]) ?? query.get('avatar') ?? query.get('avatarId');
  return { avatar: avatar?.trim() || null };
}

function decoded(part: string | undefined): string | null {
  try {
    return part === undefined ? null : decodeURIComponent(part);
  } catch {
    return part ?? null;
  }
}

/** The address that opens the talk page with this avatar chosen. Names change, ids do not. */
export function talkAddress({ avatarId }: Pick<Named, 'avatarId'>): string {
  return `/talk/${encodeURIComponent(avatarId)}`;
}

/** The same address without the avatar, with whatever else it brings. */
export function withoutAvatar({ search }: Pick<URL, 'search'>): string {
  const query = new URLSearchParams(search);
  for (const name of ['avatar', 'avatarId']) query.delete(name);
  return query.size === 0 ? '/' : `/?${query}`;
}

/** By id, or by name as people write it: in any case, with or without the prefix of built-in avatars. */
export function findWanted<Avatar extends Named>(avatars: readonly Avatar[], wanted: string): Avatar | undefined {
  const id = wanted.replaceAll('-', '').toLowerCase();
  const name = plainName(wanted);
  return (
    avatars.find(({ avatarId }) => avatarId === wanted || avatarId === id) ??
    avatars.find((avatar) => plainName(avatar.name) === name)
  );
}

function plainName(name: string): string {
  return withoutSystemPrefix(name).toLowerCase();
}

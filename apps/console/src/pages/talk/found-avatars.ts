import { withoutSystemPrefix } from '@visavis/protocol';
import type { TalkAvatar } from '../../api/talk-page.ts';

/** So many avatars are looked through at a glance; more are searched. */
export const searchedFrom = 9;

/** Those whose name, title or description has all the words, in any order; all of them for no words. */
export function foundAvatars<Item extends Pick<TalkAvatar, 'name' | 'title' | 'description'>>(
  avatars: readonly Item[],
  text: string,
): readonly Item[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return avatars.filter(({ name, title, description }) => {
    const said = `${withoutSystemPrefix(name)} ${title} ${description}`.toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  });
}

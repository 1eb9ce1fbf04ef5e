import { withoutSystemPrefix } from '@visavis/protocol';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { withWords } from '../../components/with-words.ts';

/** So many avatars are looked through at a glance; more are searched. */
export const searchedFrom = 9;

/** Those whose name, title or description has all the words, in any order; all of them for no words. */
export function foundAvatars<Item extends Pick<TalkAvatar, 'name' | 'title' | 'description'>>(
  avatars: readonly Item[],
  text: string,
): readonly Item[] {
  return withWords(
    avatars,
    text,
    ({ name, title, description }) => `${withoutSystemPrefix(name)} ${title} ${description}`,
  );
}

import type { TalkAvatar } from '../../api/talk-page.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';

/** Who the avatar is, in the language of the page where it is a built-in one. */
export function useDescription({ name, description }: Pick<TalkAvatar, 'name' | 'description'>): string {
  const { builtIn } = useTalkTexts();
  return builtIn?.[name] ?? description;
}

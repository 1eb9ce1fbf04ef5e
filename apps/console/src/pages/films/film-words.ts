import { shownName } from '@visavis/protocol';
import type { Avatar, Generation } from '@visavis/protocol/rest';
import type { FilmsTexts } from '../../i18n/en/films.ts';

/** More would be no title. */
const titleCharacters = 80;

/** What a film is called: by its first words, else by who is in it. */
export function titleOf(
  { picture, sound }: Pick<Generation, 'picture' | 'sound'>,
  avatars: readonly Avatar[],
  texts: FilmsTexts,
) {
  if (sound.kind === 'text' && sound.text !== null) return texts.quoted(beginningOf(sound.text));
  const name = avatars.find(({ avatarId }) => avatarId === picture.avatarId)?.name;
  const isGone = picture.kind === 'avatar' && name === undefined;
  const who = name === undefined ? texts.kinds[picture.kind] : shownName(name);
  return texts.named(isGone ? texts.deletedAvatar : who, texts.said[sound.kind === 'url' ? 'url' : 'data']);
}

/** Whole words, as many as a title takes. */
export function beginningOf(text: string): string {
  const words = text.trim().replace(/\s+/gu, ' ');
  if (words.length <= titleCharacters) return words;
  const cut = words.slice(0, titleCharacters);
  const lastSpace = cut.lastIndexOf(' ');
  return `${cut.slice(0, lastSpace > titleCharacters / 2 ? lastSpace : titleCharacters)}…`;
}

export function isUnderWay({ state }: Pick<Generation, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

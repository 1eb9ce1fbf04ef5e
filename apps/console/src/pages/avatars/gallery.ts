import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { withWords } from '../../components/with-words.ts';

export const sortings = ['newest', 'oldest', 'name'] as const;
export type Sorting = (typeof sortings)[number];

export const pageSize = 24;

export type GalleryWish = {
  /** Words of the name, of the voice or of the language, in any order. */
  readonly text: string;
  readonly sorting: Sorting;
  /** From 0 on; one behind the last gives the last. */
  readonly page: number;
};

export type GalleryPart<Item> = {
  readonly items: readonly Item[];
  /** Of `found`, from 0 on. */
  readonly page: number;
  readonly pageCount: number;
  /** How many fit the words. */
  readonly found: number;
};

type Listed = Pick<Avatar, 'name' | 'title' | 'language'>;

/** The page of a list that fits the wish. `items` come newest first; `wordsOf` adds words that an item is found by. */
export function galleryPart<Item extends Listed>(
  items: readonly Item[],
  { text, sorting, page }: GalleryWish,
  wordsOf: (item: Item) => string = () => '',
): GalleryPart<Item> {
  const shownOf = (item: Item) => `${shownName(item.name)} ${item.title} ${item.language} ${wordsOf(item)}`;
  const found = sorted(withWords(items, text, shownOf), sorting);
  const pageCount = Math.max(1, Math.ceil(found.length / pageSize));
  const shownPage = Math.min(Math.max(0, page), pageCount - 1);
  return {
    items: found.slice(shownPage * pageSize, (shownPage + 1) * pageSize),
    page: shownPage,
    pageCount,
    found: found.length,
  };
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function sorted<Item extends Listed>(items: readonly Item[], sorting: Sorting): readonly Item[] {
  if (sorting === 'newest') return items;
  if (sorting === 'oldest') return items.toReversed();
  return items.toSorted((one, other) => byName.compare(shownName(one.name), shownName(other.name)));
}

import type { Avatar } from '@visavis/protocol/rest';
import { shownName } from './shown-name.ts';

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
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (item: Item) => {
    const shown = `${shownName(item.name)} ${item.title} ${item.language} ${wordsOf(item)}`.toLocaleLowerCase();
    return words.every((word) => shown.includes(word));
  };
  const found = sorted(items.filter(fits), sorting);
  const pageCount = Math.max(1, Math.ceil(found.length / pageSize));
  const shownPage = Math.min(Math.max(0, page), pageCount - 1);
  return {
    items: found.slice(shownPage * pageSize, (shownPage + 1) * pageSize),
    page: shownPage,
    pageCount,
    found: found.length,
  };
}

function sorted<Item extends Listed>(items: readonly Item[], sorting: Sorting): readonly Item[] {
  if (sorting === 'newest') return items;
  if (sorting === 'oldest') return items.toReversed();
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  return items.toSorted((one, other) => order.compare(shownName(one.name), shownName(other.name)));
}

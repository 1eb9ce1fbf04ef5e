import MiniSearch from 'minisearch';
import { contentStems, isContentWord, stemOf, wordsOf } from './words.ts';

export type Entry = { readonly id: string; readonly title: string; readonly body: string };

const TITLE_WEIGHT = 3;
/** A longer run of letters is no word: looking for what resembles it would take time and memory by its square. */
const LONGEST_WORD_CHARACTERS = 40;

export function indexOf(entries: readonly Entry[]): MiniSearch<Entry> {
  const index = new MiniSearch<Entry>({
    fields: ['title', 'body'],
    tokenize: (text) => wordsOf(text),
    processTerm: (term) => (term.length <= LONGEST_WORD_CHARACTERS && isContentWord(term) ? stemOf(term) : null),
    searchOptions: {
      boost: { title: TITLE_WEIGHT },
      prefix: (term) => term.length > 4,
      fuzzy: (term) => (term.length > 6 ? 0.15 : false),
    },
  });
  index.addAll(entries);
  return index;
}

/**
 * Id of the entry that best answers the words, or null. At least `minimumShare` of the meaningful words must occur in it,
 * one of them in its title.
 */
export function bestIn(
  index: MiniSearch<Entry>,
  words: string,
  options: { minimumShare: number; excluding?: readonly string[] },
): string | null {
  const stems = contentStems(words);
  if (stems.length === 0) return null;
  for (const result of index.search(words)) {
    if (options.excluding?.includes(String(result.id))) continue;
    const matched = new Set(result.queryTerms);
    const isInTitle = Object.values(result.match).some((fields) => fields.includes('title'));
    if (isInTitle && matched.size / stems.length >= options.minimumShare) return String(result.id);
  }
  return null;
}

export function findBest(entries: readonly Entry[], words: string, options: { minimumShare: number }): string | null {
  return entries.length === 0 ? null : bestIn(indexOf(entries), words, options);
}

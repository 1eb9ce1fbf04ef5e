import { setImmediate as nextTurn } from 'node:timers/promises';
import MiniSearch from 'minisearch';

export type IndexedPassage = {
  readonly id: number;
  readonly source: string;
  readonly page: number | null;
  /** Its place in the source, from 1. */
  readonly part: number;
  readonly text: string;
};

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
/** Beyond this, words are not told from one another. */
const MAX_TERM = 40;
const QUERY_CHARACTERS = 1000;
/** Of a query; those after them are not looked for. */
const QUERY_WORDS = 32;
/** A beginning of more words than these tells too little to look for all of them. */
const WORDS_OF_BEGINNING = 1000;
/** A word that more than this share of the passages has tells nothing of what is wanted … */
const COMMON_SHARE = 0.2;
/** … unless so few have it. */
const FEW_PASSAGES = 3;
/** What fits much worse than the best does not belong to it. */
const WORST_SHARE = 0.4;
/** For so long the thread is held, before everybody else has a turn. */
const SLICE_MS = 5;

type Scores = Map<number, { sum: number; words: number }>;

class WordSearch extends MiniSearch<IndexedPassage> {
  /** In how many passages the word stands as it is. */
  frequency(word: string): number {
    return this._index.get(word)?.get(0)?.size ?? 0;
  }

  /** Whether few enough words begin so. */
  isTelling(beginning: string): boolean {
    let words = 0;
    for (const _ of this._index.atPrefix(beginning).keys()) {
      words += 1;
      if (words > WORDS_OF_BEGINNING) return false;
    }
    return true;
  }
}

/** Passages that are found by their words: BM25, with beginnings of words and small slips. Others go on meanwhile. */
export class PassageIndex {
  readonly #passages: readonly IndexedPassage[];
  readonly #search: WordSearch = new WordSearch({
    fields: ['text'],
    tokenize: wordsOf,
    processTerm: (term) => term,
    searchOptions: {
      tokenize: (word) => [word],
      prefix: (term) => term.length > 2 && this.#search.isTelling(term),
      // One slip: two of them would make thousands of words of a long one.
      fuzzy: (term) => (term.length > 5 ? 1 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    },
  });

  private constructor(passages: readonly IndexedPassage[]) {
    this.#passages = passages;
  }

  /** `id` of a passage is its place. */
  static async of(passages: readonly IndexedPassage[]): Promise<PassageIndex> {
    const index = new PassageIndex(passages);
    await inSlices(passages, (passage) => index.#search.add(passage));
    return index;
  }

  /** Word for word, so that a long query holds nobody up: scores add up, and count as often as words are found. */
  async find(query: string, count: number): Promise<readonly IndexedPassage[]> {
    const scores = await this.#score(queryWords(query));
    return this.#best(scores, 0).slice(0, count);
  }

  /** By their places. */
  at(ids: readonly number[]): readonly IndexedPassage[] {
    return ids.flatMap((id) => this.#passages[id] ?? []);
  }

  /** The same for words of a talk: nothing where none of them tells what is wanted, and nothing that hardly fits. */
  async findFitting(words: string, count: number): Promise<readonly IndexedPassage[]> {
    const scores = await this.#score(queryWords(words).filter((word) => this.#isTelling(word)));
    return this.#best(scores, WORST_SHARE).slice(0, count);
  }

  #isTelling(word: string): boolean {
    const isShort = /^[\p{Script=Latin}\p{Nd}]{1,2}$/u.test(word);
    return !isShort && this.#search.frequency(word) <= Math.max(FEW_PASSAGES, COMMON_SHARE * this.#passages.length);
  }

  async #score(words: readonly string[]): Promise<Scores> {
    const scores: Scores = new Map();
    await inSlices(words, (word) => {
      for (const { id, score } of this.#search.search(word)) {
        const known = scores.get(id);
        scores.set(id, { sum: score + (known?.sum ?? 0), words: 1 + (known?.words ?? 0) });
      }
    });
    return scores;
  }

  /** The best first, without those that have less than this share of its score. */
  #best(scores: Scores, leastShare: number): readonly IndexedPassage[] {
    const ranked = [...scores].map(([id, { sum, words }]) => ({ id, score: sum * words }));
    ranked.sort((one, other) => other.score - one.score);
    const least = leastShare * (ranked[0]?.score ?? 0);
    return ranked.filter(({ score }) => score >= least).flatMap(({ id }) => this.#passages[id] ?? []);
  }
}

function queryWords(query: string): readonly string[] {
  return [...new Set(wordsOf(query.slice(0, QUERY_CHARACTERS)))].slice(0, QUERY_WORDS);
}

async function inSlices<Item>(items: readonly Item[], handle: (item: Item) => void): Promise<void> {
  let beganMs = performance.now();
  for (const item of items) {
    handle(item);
    if (performance.now() - beganMs < SLICE_MS) continue;
    await nextTurn();
    beganMs = performance.now();
  }
}

/** Words as they are compared: in small letters, without accents; of scripts without blanks, by the dictionary. */
function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(plain)) {
    if (isWordLike === true) words.push(segment.slice(0, MAX_TERM));
  }
  return words;
}

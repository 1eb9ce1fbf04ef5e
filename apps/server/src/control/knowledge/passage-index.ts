import MiniSearch from 'minisearch';

export type IndexedPassage = {
  readonly id: number;
  readonly source: string;
  readonly page: number | null;
  readonly text: string;
};

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
/** Beyond this, words are not told from one another. */
const MAX_TERM = 40;

/** Passages that are found by their words: BM25, with beginnings of words and small slips. */
export class PassageIndex {
  readonly #passages: ReadonlyMap<number, IndexedPassage>;
  readonly #search: MiniSearch<IndexedPassage>;

  constructor(passages: readonly IndexedPassage[]) {
    this.#passages = new Map(passages.map((passage) => [passage.id, passage]));
    this.#search = new MiniSearch<IndexedPassage>({
      fields: ['text'],
      tokenize: wordsOf,
      processTerm: (term) => term,
      searchOptions: {
        prefix: (term) => term.length > 2,
        fuzzy: (term) => (term.length > 5 ? 0.2 : false),
        weights: { prefix: 0.4, fuzzy: 0.2 },
      },
    });
    this.#search.addAll(passages);
  }

  find(query: string, count: number): readonly IndexedPassage[] {
    const found = this.#search.search(query.slice(0, 1000)).slice(0, count);
    return found.flatMap(({ id }) => this.#passages.get(id as number) ?? []);
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

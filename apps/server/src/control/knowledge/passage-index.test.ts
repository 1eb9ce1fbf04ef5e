import { expect, test } from 'vitest';
import { type IndexedPassage, PassageIndex } from './passage-index.ts';

const passages = (texts: readonly string[]): IndexedPassage[] =>
  texts.map((text, id) => ({ id, source: 'a.txt', page: null, part: 1, text }));
const places = (found: readonly IndexedPassage[]) => found.map(({ id }) => id);

/** Turns that everybody else gets while it works. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work;
  isOver = true;
  return turns;
}

test('finds words, their beginnings and one slip, and puts first what holds most of them', async () => {
  const index = await PassageIndex.of(
    passages(['Breakfast is at seven.', 'Breakfast in the garden.', 'The garden closes.', 'Parking costs extra.']),
  );
  expect(places(await index.find('garden breakfast', 3))[0]).toBe(1);
  expect(places(await index.find('park', 5))).toEqual([3]);
  expect(places(await index.find('brekfast', 5)).sort()).toEqual([0, 1]);
  expect(places(await index.find('brekfest', 5))).toEqual([]);
});

test('words of a query beyond the thirty-second are not looked for', async () => {
  const index = await PassageIndex.of(passages(['zebra']));
  const words = Array.from({ length: 32 }, (_, at) => `w${at}x`);
  expect(places(await index.find(`${words.slice(1).join(' ')} zebra`, 5))).toEqual([0]);
  expect(await index.find(`${words.join(' ')} zebra`, 5)).toEqual([]);
});

test('a beginning that thousands of words share is looked for as a word alone', async () => {
  const words = Array.from({ length: 3000 }, (_, at) => `abc${at}`).join(' ');
  const index = await PassageIndex.of(passages([words, 'abc']));
  expect(places(await index.find('abc', 5))).toEqual([1]);
  expect(places(await index.find('abc29', 5))).toEqual([0]);
});

test('everybody else has turns while long texts are put in', async () => {
  const text = (id: number) => Array.from({ length: 150 }, (_, at) => `word${(id * 131 + at) % 9999}`).join(' ');
  const texts = Array.from({ length: 600 }, (_, id) => text(id));
  expect(await turnsDuring(PassageIndex.of(passages(texts)))).toBeGreaterThan(3);
});

test('words of a talk find what fits them, and small talk finds nothing', async () => {
  const filler = Array.from(
    { length: 40 },
    (_, no) => `What you are told here is about room ${no}, and how it is today.`,
  );
  const index = await PassageIndex.of(
    passages([
      ...filler,
      'The sauna is open until nine; what you need is there.',
      'Towels for the sauna cost 4 euros.',
    ]),
  );
  expect(places(await index.findFitting('Hello, how are you today?', 3))).toEqual([]);
  expect(places(await index.findFitting('What is it that you are?', 3))).toEqual([]);
  expect(places(await index.findFitting('And until when is the sauna open today?', 3))).toEqual([40]);
  expect(places(await index.findFitting('How much are towels in the sauna?', 3))[0]).toBe(41);
  // Asked for by a search, common words count, too.
  expect(await index.find('today', 3)).toHaveLength(3);
});

import { expect, test } from 'vitest';
import { KeptIndexes } from './kept-indexes.ts';

function countedIndexes() {
  const loads: string[] = [];
  const indexes = new KeptIndexes(async (avatarId) => {
    loads.push(avatarId);
    if (avatarId === 'broken' && loads.length === 1) throw new Error('The database is away.');
    return [{ id: 0, source: 'a.txt', page: null, part: 1, text: `The pool of ${avatarId} is open.` }];
  });
  const ask = (avatarId: string, version = '1', characters = 30) => indexes.of({ avatarId, version, characters });
  return { loads, ask };
}

test('all who ask at once share one index, until what it is made of changes', async () => {
  const { loads, ask } = countedIndexes();
  const [first, ...others] = await Promise.all([ask('mia'), ask('mia'), ask('mia'), ask('tom')]);
  expect(loads).toEqual(['mia', 'tom']);
  expect(others[0]).toBe(first);
  expect(await (await ask('tom')).find('pool', 5)).toMatchObject([{ text: 'The pool of tom is open.' }]);
  await ask('mia', '2');
  expect(loads).toEqual(['mia', 'tom', 'mia']);
});

test('an index that could not be built is built for the next who asks', async () => {
  const { loads, ask } = countedIndexes();
  await expect(ask('broken')).rejects.toThrow('away');
  await ask('broken');
  expect(loads).toEqual(['broken', 'broken']);
});

test('beyond what is kept in memory, the index that was used least lately goes', async () => {
  const { loads, ask } = countedIndexes();
  for (const avatarId of ['a', 'b', 'c', 'd', 'a', 'e']) await ask(avatarId, '1', 3_000_000);
  await ask('a', '1', 3_000_000);
  expect(loads).toEqual(['a', 'b', 'c', 'd', 'e']);
  await ask('b', '1', 3_000_000);
  expect(loads.at(-1)).toBe('b');
});

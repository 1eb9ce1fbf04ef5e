/** The newest items (the last), as many as there may be and as their lengths together allow; what is older is left out. */
export function newestWithin<Item>(
  items: readonly Item[],
  most: { readonly count: number; readonly characters: number },
  charactersOf: (item: Item) => number,
): readonly Item[] {
  const kept = items.slice(-most.count);
  let characters = 0;
  const tooOld = kept.findLastIndex((item) => {
    characters += charactersOf(item);
    return characters > most.characters;
  });
  return kept.slice(tooOld + 1);
}

/** Those whose words have all that are searched for, in any order, as parts and in either case; all of them for no words. */
export function withWords<Item>(
  items: readonly Item[],
  text: string,
  wordsOf: (item: Item) => string,
): readonly Item[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const said = wordsOf(item).toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  });
}

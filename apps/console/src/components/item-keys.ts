import { useState } from 'react';

/** The items of a list, each by what it holds as text, and the key that each was given. */
export type KeyedItems = { readonly texts: readonly string[]; readonly keys: readonly number[] };

const none: KeyedItems = { texts: [], keys: [] };

/**
 * Keys for items that have no name of their own: an item keeps its key while it is changed, and when others are added or removed.
 * They are told apart by what they hold, before and behind the place of the change.
 */
export function useItemKeys(items: readonly unknown[]): readonly number[] {
  const [state, setState] = useState(none);
  const next = keysAfter(
    state,
    items.map((item) => JSON.stringify(item)),
  );
  if (next !== state) setState(next);
  return next.keys;
}

/** The same object when nothing changed. */
export function keysAfter(before: KeyedItems, texts: readonly string[]): KeyedItems {
  const { texts: old, keys } = before;
  const shorter = Math.min(old.length, texts.length);
  const same = (at: number) => old.at(at) === texts.at(at);
  let head = 0;
  while (head < shorter && same(head)) head += 1;
  if (head === old.length && head === texts.length) return before;
  let tail = 0;
  while (tail < shorter - head && same(-1 - tail)) tail += 1;
  const changed = keys.slice(head, keys.length - tail);
  const newest = Math.max(-1, ...keys);
  const between = texts.slice(head, texts.length - tail).map((_text, index) => changed[index] ?? newest + 1 + index);
  return { texts, keys: [...keys.slice(0, head), ...between, ...keys.slice(keys.length - tail)] };
}

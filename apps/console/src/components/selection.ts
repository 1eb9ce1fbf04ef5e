import { useState } from 'react';

/** Rows that are chosen, among those that are shown. */
export type Selection = {
  readonly ids: readonly string[];
  has(id: string): boolean;
  toggle(id: string): void;
  /** Some more. */
  add(ids: readonly string[]): void;
  /** All that are shown, or none of them when all are chosen. */
  toggleAll(): void;
  clear(): void;
  /** Of those that are shown: all, some or none are chosen. */
  readonly extent: 'all' | 'some' | 'none';
};

/** What goes out of sight is no longer chosen: nobody deletes what he does not see. */
export function useSelection(shown: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return selectionOf(chosen, shown, setChosen);
}

export function selectionOf(
  chosen: ReadonlySet<string>,
  shown: readonly string[],
  setChosen: (ids: ReadonlySet<string>) => void,
): Selection {
  const ids = shown.filter((id) => chosen.has(id));
  return {
    ids,
    has: (id) => ids.includes(id),
    toggle: (id) => setChosen(toggled(new Set(ids), id)),
    add: (more) => setChosen(new Set([...ids, ...more])),
    toggleAll: () => setChosen(new Set(ids.length === shown.length ? [] : shown)),
    clear: () => setChosen(new Set()),
    extent: extentOf(ids.length, shown.length),
  };
}

export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function extentOf(chosen: number, shown: number): Selection['extent'] {
  if (chosen === 0) return 'none';
  return chosen === shown ? 'all' : 'some';
}

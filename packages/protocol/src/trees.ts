import { LIMITS } from './limits.ts';

export type TreeBounds = {
  /** Objects and arrays inside one another: `{}` is one, `{a: []}` two. */
  readonly depth: number;
  /** Objects, arrays and plain values together. */
  readonly values: number;
};

/** Bounds of the `parameters` of a tool. */
export const TOOL_TREE: TreeBounds = { depth: LIMITS.tree.toolDepth, values: LIMITS.tree.toolValues };

/**
 * How a tree passes its bounds, as the end of a sentence (`is nested more than 64 levels deep`), or null. It walks without
 * recursion and stops at the first fault, so that it may be given anything: also a tree that holds itself.
 */
export function treeFault(value: unknown, { depth, values }: TreeBounds = LIMITS.tree): string | null {
  let level: object[] = isContainer(value) ? [value] : [];
  let count = 1;
  for (let levels = 1; level.length > 0; levels += 1) {
    if (levels > depth) return `is nested more than ${depth} levels deep`;
    const next: object[] = [];
    for (const container of level) {
      const fault = keyFault(container);
      if (fault !== null) return fault;
      const children: readonly unknown[] = Array.isArray(container) ? container : Object.values(container);
      count += children.length;
      if (count > values) return `holds more than ${values} values`;
      for (const child of children) if (isContainer(child)) next.push(child);
    }
    level = next;
  }
  return null;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function keyFault(container: object): string | null {
  const limit = LIMITS.tree.keyCharacters;
  if (Array.isArray(container)) return null;
  return Object.keys(container).some((key) => key.length > limit)
    ? `holds a key of more than ${limit} characters`
    : null;
}

/** How a text passes its limit, as the end of a sentence, or null. */
export function textFault(text: string, limit: number): string | null {
  return text.length > limit ? `has ${text.length} characters, at most ${limit}` : null;
}

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

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * How the tree of a JSON text passes its bounds, told from the text alone and long before a parser would have built it: the
 * parser takes a third of a second for a megabyte of brackets. A text without fault may still be no JSON, and its tree may
 * hold up to twice the values: `treeFault` counts them.
 */
export function jsonFault(text: string, { depth, values }: TreeBounds = LIMITS.tree): string | null {
  let levels = 0;
  let commas = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      levels += 1;
      if (levels > depth) return `is nested more than ${depth} levels deep`;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      levels -= 1;
    } else if (code === COMMA) {
      commas += 1;
      if (commas > values) return `holds more than ${values} values`;
    }
  }
  return null;
}

/** Where the quotation mark stands that ends a string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (end - backslashes > start && text.charCodeAt(end - backslashes - 1) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
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

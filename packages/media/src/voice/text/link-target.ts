const LONGEST_ADDRESS = 2000;
const LONGEST_TITLE = 300;

export type LinkTarget = { readonly address: string; readonly end: number };

/** Reads `(address "title")` from its bracket on; null where it is none. `end` is the offset behind it. */
export function linkTarget(text: string, start: number): LinkTarget | null {
  if (text[start] !== '(') return null;
  let position = skipBlanks(text, start + 1);
  const from = position;
  let address: string;
  if (text[position] === '<') {
    const end = text.slice(position, position + LONGEST_ADDRESS).search(/[>\n]/);
    if (end < 0 || text[position + end] !== '>') return null;
    address = text.slice(position + 1, position + end);
    position += end + 1;
  } else {
    position = addressEnd(text, position);
    address = text.slice(from, position);
  }
  position = skipBlanks(text, position);
  const quote = text[position];
  if (position > from && (quote === '"' || quote === "'")) {
    const length = text.slice(position + 1, position + 1 + LONGEST_TITLE).indexOf(quote);
    if (length < 0) return null;
    position = skipBlanks(text, position + length + 2);
  }
  return text[position] === ')' ? { address, end: position + 1 } : null;
}

/** Whether this can only be an address, not an argument as in `f[i](x)`. */
export function looksLikeAddress(address: string): boolean {
  return /[./#:@]/.test(address);
}

/** An address ends at a blank or at the bracket that it did not open. */
function addressEnd(text: string, start: number): number {
  let depth = 0;
  let position = start;
  for (; position < text.length && position - start < LONGEST_ADDRESS; position += 1) {
    const character = text[position] as string;
    if (/\s/.test(character)) break;
    if (character === '(') depth += 1;
    if (character !== ')') continue;
    if (depth === 0) break;
    depth -= 1;
  }
  return position;
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (position - start < 20 && (text[position] === ' ' || text[position] === '\t')) position += 1;
  return position;
}

/** Where an address that stands in a text ends: marks and brackets at its end belong to the sentence. */
export function trimAddress(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && '.,;:!?*_~\'"”’»)]}`'.includes(text[last - 1] ?? '')) {
    // A bracket that the address opened itself stays.
    if (text[last - 1] === ')' && text.slice(start, last).includes('(')) break;
    last -= 1;
  }
  return last;
}

/** Marks that open and close a quotation; straight ones do both. */
export type QuoteMarks = { readonly opening: string; readonly closing: string };

/**
 * What stands between quotation marks in a text, in order, without the marks; stretches shorter than `leastLength` count as
 * none. One pass over the text, whatever it holds.
 */
export function quotedStretches(text: string, marks: QuoteMarks, leastLength = 1): string[] {
  const found: string[] = [];
  let openedAt = -1;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    const opens = marks.opening.includes(character);
    if (openedAt < 0) {
      if (opens) openedAt = index;
    } else if (marks.closing.includes(character)) {
      const isLongEnough = index - openedAt - 1 >= leastLength;
      if (isLongEnough) found.push(text.slice(openedAt + 1, index));
      openedAt = opens && !isLongEnough ? index : -1;
    }
  }
  return found;
}

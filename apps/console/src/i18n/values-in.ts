/** What fills the gaps of a sentence like `The {what} URL answered {status}.`; null: the text is not that sentence. */
export function valuesIn(sentence: string, text: string): Readonly<Record<string, string>> | null {
  const parts = sentence.split(/\{(\w+)\}/);
  const values: Record<string, string> = {};
  const [begin = ''] = parts;
  if (!text.startsWith(begin)) return null;
  let at = begin.length;
  for (let index = 1; index < parts.length; index += 2) {
    const [name = '', after = ''] = parts.slice(index, index + 2);
    const isLast = index + 2 >= parts.length;
    const end = isLast ? text.length - after.length : text.indexOf(after, at);
    if (end < at || text.slice(end, end + after.length) !== after) return null;
    values[name] = text.slice(at, end);
    at = end + after.length;
  }
  return at === text.length ? values : null;
}

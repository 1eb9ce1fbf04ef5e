const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** As people would count them: no case, no signs, numbers in letters. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\d+/g, (digits) => ` ${NUMBERS[Number(digits)] ?? digits} `)
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
}

/** Least number of words to change, leave out or put in. */
export function distance(said: readonly string[], heard: readonly string[]): number {
  let row = heard.map((_, index) => index + 1);
  row.unshift(0);
  for (const [index, word] of said.entries()) {
    const next = [index + 1];
    for (const [k, other] of heard.entries()) {
      next.push(Math.min(row[k]! + Number(word !== other), row[k + 1]! + 1, next[k]! + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

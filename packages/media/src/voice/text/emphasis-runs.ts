export type EmphasisCharacter = '*' | '_' | '~';

/** A row of like marks that may begin or end an emphasis. `left` of them are no markup and stay. */
export type Run = {
  readonly character: EmphasisCharacter;
  readonly start: number;
  readonly end: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
  left: number;
};

const WORD = /[\p{L}\p{N}\p{M}]/u;
/** Scripts that put no spaces between words. */
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const SPACE = /\s/;

/**
 * Reads the row of marks that begins at `start`. Stricter than Markdown where a mark may be a sign: nothing begins right after
 * a letter, a digit or a closing bracket (`5*3`, `a*b*c`, `(x)*(y)`), and no single mark ends right before one.
 */
export function runAt(text: string, start: number, character: EmphasisCharacter): Run {
  let end = start;
  while (text[end] === character) end += 1;
  const count = end - start;
  const before = start === 0 ? ' ' : (text[start - 1] ?? ' ');
  const after = text[end] ?? ' ';
  const isMark = character === '~' ? count === 2 : count <= 3;
  const beginsWord = !SPACE.test(after) && !')]}.,;:!?%'.includes(after);
  const endsWord = !SPACE.test(before) && !'([{'.includes(before);
  const isFreeBefore = (!WORD.test(before) || DENSE.test(before)) && !')]}%'.includes(before);
  const isFreeAfter = (!WORD.test(after) || DENSE.test(after)) && after !== '(';
  const mayJoinAfter = character === '*' && count > 1 && !/\p{N}/u.test(after);
  return {
    character,
    start,
    end,
    left: count,
    canOpen: isMark && beginsWord && isFreeBefore,
    canClose: isMark && endsWord && (isFreeAfter || mayJoinAfter || (character === '~' && !WORD.test(after))),
  };
}

/** Takes from the runs, in the order of the text, the marks that are markup. */
export function resolveEmphasis(runs: readonly Run[], text: string): void {
  const openers: Run[] = [];
  const counts = { '*': 0, _: 0, '~': 0 };
  const drop = (): void => {
    const dropped = openers.pop();
    if (dropped !== undefined) counts[dropped.character] -= 1;
  };
  for (const run of runs) {
    while (run.canClose && run.left > 0 && counts[run.character] > 0) {
      while (openers.at(-1)?.character !== run.character) drop();
      const opener = openers.at(-1) as Run;
      if (isName(opener, run, text)) break;
      const taken = Math.min(opener.left, run.left, 2);
      if (run.character === '~' && taken < 2) break;
      opener.left -= taken;
      run.left -= taken;
      if (opener.left === 0) drop();
    }
    if (!run.canOpen || run.left === 0) continue;
    openers.push(run);
    counts[run.character] += 1;
  }
}

/** `__init__` is a name of a program, no emphasis. */
function isName(opener: Run, closer: Run, text: string): boolean {
  if (opener.character !== '_' || closer.start - opener.end > 40) return false;
  const isDouble = opener.end - opener.start === 2 && closer.end - closer.start === 2;
  return isDouble && /^[a-z_]+$/.test(text.slice(opener.end, closer.start));
}

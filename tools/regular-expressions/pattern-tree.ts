/** A piece of a regular expression. `raw` is its source; an assertion matches no character of its own. */
export type Piece =
  | { readonly kind: 'character'; readonly raw: string }
  | { readonly kind: 'assertion'; readonly raw: string }
  | { readonly kind: 'group'; readonly alternatives: readonly (readonly Piece[])[]; readonly isNegative: boolean }
  | { readonly kind: 'repeat'; readonly piece: Piece; readonly least: number };

const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/;
const ESCAPE = /^\\(?:[pPk](?:\{[^}]*\}|<[^>]*>)|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|.)/su;
const GROUP_OPENING = /^\((?:\?(?:<?([=!])|:|<[^>=!]+>))?/;

/** Reads the pattern of an expression that is known to be correct. */
export function parsePattern(pattern: string): readonly (readonly Piece[])[] {
  let rest = pattern;

  const take = (length: number): string => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };

  const disjunction = (): Piece[][] => {
    const alternatives: Piece[][] = [[]];
    while (rest !== '' && !rest.startsWith(')')) {
      if (rest.startsWith('|')) {
        take(1);
        alternatives.push([]);
        continue;
      }
      const piece = atom();
      const quantifier = QUANTIFIER.exec(rest);
      if (quantifier !== null) take(quantifier[0].length);
      const least = quantifier?.[0].startsWith('+') ? 1 : Number(quantifier?.[1] ?? 0);
      alternatives.at(-1)?.push(quantifier === null ? piece : { kind: 'repeat', piece, least });
    }
    return alternatives;
  };

  const atom = (): Piece => {
    const opening = GROUP_OPENING.exec(rest);
    if (opening !== null) {
      take(opening[0].length);
      const alternatives = disjunction();
      take(1);
      return { kind: 'group', alternatives, isNegative: opening[1] === '!' };
    }
    if (rest.startsWith('[')) return { kind: 'character', raw: take(classLength(rest)) };
    const escaped = ESCAPE.exec(rest)?.[0];
    const raw = take(escaped?.length ?? String.fromCodePoint(rest.codePointAt(0) ?? 0).length);
    const isAssertion = raw === '^' || raw === '$' || raw === '\\b' || raw === '\\B' || raw.startsWith('\\k');
    return { kind: isAssertion ? 'assertion' : 'character', raw };
  };

  return disjunction();
}

function classLength(text: string): number {
  let place = 1;
  while (text[place] !== ']') place += text[place] === '\\' ? 2 : 1;
  return place + 1;
}

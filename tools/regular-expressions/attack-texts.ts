import { type Piece, parsePattern } from './pattern-tree.ts';

/** A text of any length: `before`, then `pump` again and again, then `after`. */
export type Attack = { readonly before: string; readonly pump: string; readonly after: string };

const USUAL_CHARACTERS = [...' \n\taZ0_-.,;:!?\'"()[]<>/#*~`|+=@\\é中😀'];
const MAX_SAMPLES = 6;
const MAX_PUMPS = 90;
const LONGEST_RUN = 5;
const USUAL_ENDINGS = ['', '\u0001', 'x', '\n', ' '];

/**
 * Texts on which an expression that is slower than linear shows it: each piece of the pattern, each run of pieces and each
 * pair of its characters repeated, behind every beginning of the pattern, with endings that let the match fail.
 */
export function attacksOn(pattern: string, flags: string): Attack[] {
  const alternatives = parsePattern(pattern);
  const alphabet = [...new Set([...pattern.replace(/\\[bBdDsSwWpP](\{[^}]*\})?/g, ''), ...USUAL_CHARACTERS])];
  const sampler = new Sampler(alphabet, flags.replace(/[gy]/g, ''));
  const pumps = new Set<string>();
  const befores = new Set<string>(['']);
  sampler.collect(alternatives, pumps, befores);
  const own = [...new Set(pattern.replace(/[\\^$?:=!(){}|]/g, ''))].filter((character) => !/[a-z0-9]/i.test(character));
  for (const character of own) pumps.add(character);
  for (const pump of [...pumps]) if (/\w$/.test(pump)) pumps.add(`${pump} `);
  const endings = [...new Set([...USUAL_ENDINGS, ...own.slice(0, 5), ...sampler.excluded.slice(0, 3)])];
  return [...pumps]
    .filter((pump) => pump !== '')
    .slice(0, MAX_PUMPS)
    .flatMap((pump) => [...befores].flatMap((before) => endings.map((after) => ({ before, pump, after }))));
}

class Sampler {
  readonly #alphabet: readonly string[];
  readonly #flags: string;
  /** What the pattern looks for in order to fail. */
  readonly excluded: string[] = [];
  readonly #known = new Map<string, string[]>();

  constructor(alphabet: readonly string[], flags: string) {
    this.#alphabet = alphabet;
    this.#flags = flags;
  }

  collect(alternatives: readonly (readonly Piece[])[], pumps: Set<string>, befores: Set<string>): void {
    for (const pieces of alternatives) {
      for (let start = 0; start < pieces.length; start += 1) {
        for (let end = start + 1; end <= Math.min(pieces.length, start + LONGEST_RUN); end += 1) {
          for (const sample of this.#ofRun(pieces.slice(start, end))) pumps.add(sample);
        }
        const piece = pieces[start];
        const inner = piece?.kind === 'repeat' ? piece.piece : piece;
        if (inner?.kind === 'group') {
          this.collect(inner.alternatives, pumps, new Set());
          if (inner.isNegative) this.excluded.push(` ${this.#ofRun(inner.alternatives[0] ?? [])[0]} `);
        }
        if (befores.size < 9 && start > 0) befores.add(this.#ofRun(pieces.slice(0, start))[0] ?? '');
      }
      for (const sample of this.#ofRun(pieces)) pumps.add(sample);
    }
  }

  #of(piece: Piece): string[] {
    if (piece.kind === 'assertion') return [''];
    if (piece.kind === 'character') return this.#characters(piece.raw);
    if (piece.kind === 'repeat') return this.#of(piece.piece).map((sample) => sample.repeat(Math.max(1, piece.least)));
    if (piece.isNegative) return [''];
    return piece.alternatives.map((pieces) => this.#ofRun(pieces)[0] ?? '').slice(0, MAX_SAMPLES);
  }

  /** The first sample of each piece, then the others of one piece after the other. */
  #ofRun(pieces: readonly Piece[]): string[] {
    const samples = pieces.map((piece) => this.#of(piece));
    const plain = samples.map((choices) => choices[0] ?? '');
    const varied = samples.flatMap((choices, index) =>
      choices.slice(1).map((choice) => plain.with(index, choice).join('')),
    );
    return [plain.join(''), ...varied].slice(0, MAX_SAMPLES);
  }

  #characters(raw: string): string[] {
    let found = this.#known.get(raw);
    if (found === undefined) {
      const pattern = new RegExp(`^${raw}$`, this.#flags);
      const fitting = this.#alphabet.filter((character) => pattern.test(character));
      // One of each sort: a space, a letter, a mark.
      const sorts = [/\s/, /\p{L}/u, /[^\s\p{L}]/u].map((sort) => fitting.find((character) => sort.test(character)));
      found = [...new Set([...sorts.toReversed(), fitting[0]])].filter((character) => character !== undefined);
      this.#known.set(raw, found);
    }
    return found;
  }
}

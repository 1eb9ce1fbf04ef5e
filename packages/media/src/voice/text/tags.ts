/** One tag of SSML, XML or HTML in a text. `end` is the offset behind it. */
export type Tag = {
  readonly name: string;
  readonly kind: 'opening' | 'closing' | 'empty';
  readonly attributes: ReadonlyMap<string, string>;
  readonly end: number;
};

const NAME = /<(\/?)([a-z][\w:.-]{0,40})/iy;
const ATTRIBUTE =
  /\s{1,20}([a-z_:][\w:.-]{0,60})(?:\s{0,5}=\s{0,5}(?:"([^"<]{0,300})"|'([^'<]{0,300})'|([^\s"'=<>`]{1,300})))?/iy;
const TAG_END = /\s{0,20}(\/?)>/y;
const MAX_ATTRIBUTES = 20;
/** Declarations, instructions to a program, and the marks around character data; none is text. */
const DECLARATION = /<!doctype[^<>]{0,300}>|<\?[a-z][^<>]{0,300}\?>|<!\[CDATA\[/iy;

/** SSML elements that mean something without a counterpart. */
const ALONE = new Set(['speak', 'break', 'br', 'hr', 'wbr', 'img']);

/** Elements that end a line of what is shown. */
const BLOCKS = new Set(
  'br hr p s div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote section article paragraph sentence'.split(' '),
);

/** The tag that begins at this `<`, or null where it is a sign like any other. */
export function tagAt(text: string, start: number): Tag | null {
  const opening = matchAt(NAME, text, start);
  if (opening === null) return null;
  const attributes = new Map<string, string>();
  let position = start + opening[0].length;
  for (let count = 0; count < MAX_ATTRIBUTES; count += 1) {
    const attribute = matchAt(ATTRIBUTE, text, position);
    if (attribute === null) break;
    const value = attribute[2] ?? attribute[3] ?? attribute[4];
    attributes.set((attribute[1] ?? '').toLowerCase(), value ?? '');
    position += attribute[0].length;
  }
  const ending = matchAt(TAG_END, text, position);
  if (ending === null) return null;
  const kind = opening[1] === '/' ? 'closing' : ending[1] === '/' ? 'empty' : 'opening';
  return { name: (opening[2] ?? '').toLowerCase(), kind, attributes, end: position + ending[0].length };
}

/** Offset behind a declaration or the like that begins at this `<`; null where there is none. */
export function declarationEnd(text: string, start: number): number | null {
  const found = matchAt(DECLARATION, text, start);
  return found === null ? null : start + found[0].length;
}

/** Tells tags of markup from signs that look like them, as in `List<String>` or `a<b>c`. */
export class TagJudge {
  readonly #opened = new Set<string>();
  readonly #closed = new Set<string>();
  readonly #lastCommentEnd: number;

  constructor(text: string) {
    this.#lastCommentEnd = text.lastIndexOf('-->');
    for (let place = text.indexOf('<'); place >= 0; place = text.indexOf('<', place + 1)) {
      const tag = tagAt(text, place);
      if (tag !== null) (tag.kind === 'closing' ? this.#closed : this.#opened).add(tag.name);
    }
  }

  /** Markup belongs to a pair, says something by attributes or an end of its own, or is known to stand alone. */
  isMarkup(tag: Tag): boolean {
    if (ALONE.has(tag.name) || tag.kind === 'empty' || tag.name.includes(':')) return true;
    if (this.#opened.has(tag.name) && this.#closed.has(tag.name)) return true;
    return tag.kind === 'opening' && [...tag.attributes.values()].some((value) => value !== '');
  }

  /** Offset behind a comment that begins at this `<`; null where there is none, or none that ends. */
  commentEnd(text: string, start: number): number | null {
    if (!text.startsWith('<!--', start) || this.#lastCommentEnd < start + 2) return null;
    return text.indexOf('-->', start) + '-->'.length;
  }
}

export function endsLine(tag: Tag): boolean {
  return BLOCKS.has(tag.name);
}

const BREAK_STRENGTH_MS: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 60,
  weak: 150,
  medium: 300,
  strong: 600,
  'x-strong': 1000,
};
const LONGEST_BREAK_MS = 5000;

/** How long speech stops at a `<break/>`: its time, else what its strength says. */
export function breakMs(tag: Tag): number {
  const time = /^(\d{1,5}(?:\.\d{1,3})?)(ms|s)$/.exec(tag.attributes.get('time')?.trim().toLowerCase() ?? '');
  const strengthMs = BREAK_STRENGTH_MS[tag.attributes.get('strength') ?? 'medium'] ?? 300;
  const breakMs = time === null ? strengthMs : Number(time[1]) * (time[2] === 's' ? 1000 : 1);
  return Math.min(LONGEST_BREAK_MS, breakMs);
}

const SPELLED = new Set(['characters', 'spell-out', 'digits', 'verbatim']);

/** Whether the element has its text spelled. */
export function isSpelled(tag: Tag): boolean {
  return tag.name === 'say-as' && SPELLED.has(tag.attributes.get('interpret-as') ?? '');
}

const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  times: '×',
  euro: '€',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  plusmn: '±',
  frac12: '½',
};
const REFERENCE = /&(?:([a-z]{2,8}\d{0,2})|#(\d{1,7})|#x([\da-f]{1,6}));/iy;

/** The character that a reference like `&amp;` or `&#8364;` stands for, and the offset behind it. */
export function characterAt(text: string, start: number): { readonly character: string; readonly end: number } | null {
  const found = matchAt(REFERENCE, text, start);
  if (found === null) return null;
  const end = start + found[0].length;
  if (found[1] !== undefined) {
    const character = Object.hasOwn(CHARACTERS, found[1]) ? CHARACTERS[found[1]] : undefined;
    return character === undefined ? null : { character, end };
  }
  const code = found[2] === undefined ? Number.parseInt(found[3] ?? '', 16) : Number(found[2]);
  const isCharacter = code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? { character: String.fromCodePoint(code), end } : null;
}

/** What a sticky expression finds right at an offset. */
export function matchAt(expression: RegExp, text: string, offset: number): RegExpExecArray | null {
  expression.lastIndex = offset;
  return expression.exec(text);
}

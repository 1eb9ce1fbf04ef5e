import { FRACTION_BAR, greekName, signOfCommand } from './formulas.ts';
import { type Found, find, type Speech } from './speech.ts';

/** Signs that are typed as several characters. */
const TYPED: readonly (readonly [string, string])[] = [
  ['<->', '↔'],
  ['<=>', '⇔'],
  ['+/-', '±'],
  ['->', '→'],
  ['=>', '⇒'],
  ['<-', '←'],
  ['<=', '≤'],
  ['>=', '≥'],
  ['!=', '≠'],
  ['===', '='],
  ['==', '='],
  ['&&', '&'],
];
const ALIKE: Readonly<Record<string, string>> = {
  '✕': '×',
  '✖': '×',
  '⋅': '·',
  '∗': '*',
  '∙': '·',
  '✔': '✓',
  '✘': '✗',
  '＋': '+',
};
const DECORATION = /([*_#=~<>|/\\^•·+–—-])\1{2,}/y;
const SUPERSCRIPTS = /[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]{1,6}/y;
const EXPONENT = /\^[ ]?(?:\{([^{}]{1,12})\}|([-−+]?[\p{L}\d]{1,6}))/uy;
const SUBSCRIPTS = /[₀-₉]{1,6}/y;
const PICTURE =
  /(?:\p{Extended_Pictographic}|\p{Emoji_Presentation}|\p{Emoji_Modifier}|[\u{1F1E6}-\u{1F1FF}]|\u{FE0F}|\u{200D}|\u{20E3})+/uy;
const COMMAND = /\\([A-Za-z]{2,20})/y;
const PLACEHOLDER = /<\/?\p{L}[\p{L}\p{N} _-]{0,30}>/uy;
const DASHES = '-–—−';
const OPERAND = /[\p{L}\p{N})\]%°²³$€£¥]/u;

/** How the sign at this place is said; an empty word is silence. Null: it goes to the engine as it stands. */
export function signAt(speech: Speech, at: number): Found | null {
  const { text, words } = speech;
  const decoration = find(DECORATION, speech, at);
  if (decoration !== null) return { end: at + decoration[0].length, spoken: ' ' };
  const typed = TYPED.find(([written]) => text.startsWith(written, at));
  if (typed !== undefined) return named(speech, typed[1], at + typed[0].length);
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const end = at + character.length;
  const sign = ALIKE[character] ?? character;
  if (DASHES.includes(sign)) return dashAt(speech, at);
  const power = powerAt(speech, at);
  if (power !== null) return power;
  const [before, after] = [text[at - 1] ?? ' ', text[end] ?? ' '];
  switch (sign) {
    case '#':
    case '№':
      if (/\d/.test(after) || (sign === '№' && after === ' ')) return { end, spoken: ` ${words.number} ` };
      return /\p{L}/u.test(after) ? { end, spoken: ` ${words.hashtag} ` } : named(speech, '#', end);
    case '*':
    case '·': {
      if (isBetweenOperands(text, at, end)) return named(speech, '×', end);
      return sign === '·' || (/\s/.test(before) && /\s/.test(after)) ? { end, spoken: ' ' } : named(speech, '*', end);
    }
    case '~':
    case '≈':
      return sign === '≈' || /[\d$€£¥]/.test(after) ? named(speech, sign, end) : { end, spoken: ' ' };
    case '_':
      return /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)
        ? named(speech, '_', end)
        : { end, spoken: ' ' };
    case '/':
      if (/\d/.test(before) && /\d/.test(after) && speech.isEquation) return named(speech, '÷', end);
      return named(speech, '/', end);
    case '<': {
      const placeholder = find(PLACEHOLDER, speech, at);
      if (placeholder === null) return named(speech, '<', end);
      return { end: at + placeholder[0].length, spoken: ` ${placeholder[0].replace(/[<>/_]/g, ' ')} ` };
    }
    case '√':
      return { end, spoken: ` ${words.rootOf} ` };
    case FRACTION_BAR:
      return { end, spoken: ` ${words.over} ` };
    case '\\': {
      const command = find(COMMAND, speech, at);
      const known = command === null ? null : (signOfCommand(command[1] ?? '') ?? greekCommand(command[1] ?? ''));
      return command !== null && known !== null
        ? named(speech, known, at + command[0].length)
        : named(speech, sign, end);
    }
  }
  if ('[]{}`•'.includes(sign)) return { end, spoken: ' ' };
  if (words.signs[sign] !== undefined) return named(speech, sign, end);
  const picture = find(PICTURE, speech, at);
  if (picture !== null) return { end: at + picture[0].length, spoken: ' ' };
  const greek =
    speech.language === 'el' || /\p{L}/u.test(before) || /\p{Script=Greek}/u.test(after) ? null : greekName(sign);
  return greek === null ? null : { end, spoken: ` ${greek} ` };
}

function greekCommand(command: string): string | null {
  return /^(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|pi|rho|sigma|tau|phi|psi|omega)$/i.test(command)
    ? command
    : null;
}

function named({ words }: Speech, sign: string, end: number): Found {
  return { end, spoken: ` ${words.signs[sign] ?? sign} ` };
}

function isBetweenOperands(text: string, start: number, end: number): boolean {
  const before = text[start - 1] === ' ' ? text[start - 2] : text[start - 1];
  const after = text[end] === ' ' ? text[end + 1] : text[end];
  const isEven = (text[start - 1] === ' ') === (text[end] === ' ');
  return isEven && OPERAND.test(before ?? ' ') && /[\p{L}\p{N}([−+-]/u.test(after ?? ' ');
}

/** `x²`, `10⁻³`, `x^2`, `H₂O`. */
function powerAt(speech: Speech, at: number): Found | null {
  const low = find(SUBSCRIPTS, speech, at);
  if (low !== null) return { end: at + low[0].length, spoken: ` ${low[0].normalize('NFKC')} ` };
  const high = find(SUPERSCRIPTS, speech, at);
  const typed = high === null ? find(EXPONENT, speech, at) : null;
  if (high === null && typed === null) return null;
  const exponent = (high?.[0].normalize('NFKC') ?? typed?.[1] ?? typed?.[2] ?? '').trim();
  const end = at + (high ?? (typed as RegExpExecArray))[0].length;
  const [squared, cubed, other] = speech.words.powers;
  if (speech.words.signs['−'] === undefined) return { end, spoken: speech.text.slice(at, end) };
  if (exponent === '2') return { end, spoken: ` ${squared} ` };
  if (exponent === '3') return { end, spoken: ` ${cubed} ` };
  const said = exponent.replace(/^[-−]/, `${speech.words.signs['−']} `).replace(/^\+/, `${speech.words.signs['+']} `);
  return { end, spoken: ` ${other} ${said} ` };
}

/** A number, a bracket, or a single letter, seen from the sign: the parts of a compound word are none. */
function isOperand(text: string, character: string, at: number, direction: 1 | -1): boolean {
  if (/[\p{N}()²³$€£¥√]/u.test(character)) return true;
  return /\p{L}/u.test(character) && !/\p{L}/u.test(text[at + direction] ?? ' ');
}

/** A hyphen or dash: a minus, a range, a pause between words, or nothing but a joint. */
function dashAt(speech: Speech, at: number): Found {
  const { text, words } = speech;
  const sign = text[at] as string;
  const end = at + 1;
  const [before, after] = [text[at - 1] ?? ' ', text[end] ?? ' '];
  const isSpaced = /\s/.test(before) && /\s/.test(after);
  const minus = { end, spoken: ` ${words.signs['−'] ?? '-'} ` };
  if (sign === '−') return minus;
  const [left, right] = isSpaced ? [text[at - 2] ?? ' ', text[end + 1] ?? ' '] : [before, after];
  const isNumeric = /[\p{N}²³%)]/u.test(left) && /[\p{N}$€£¥(]/u.test(right);
  if (
    speech.isEquation &&
    isOperand(text, left, at - (isSpaced ? 2 : 1), -1) &&
    isOperand(text, right, end + (isSpaced ? 1 : 0), 1)
  )
    return minus;
  if (isSpaced && sign === '-' && isNumeric) return minus;
  if (sign === '-' && /[\s(=<>~≈±×*/+,]/.test(before) && /[\d.$€£¥]/.test(after)) return minus;
  if (
    sign !== '—' &&
    !isSpaced &&
    /[\p{L}%°€]/u.test(left) &&
    /[\d$€£¥]/.test(right) &&
    /\d ?[^\s]{0,4}$/.test(text.slice(Math.max(0, at - 6), at))
  )
    return { end, spoken: ` ${words.rangeTo} ` };
  if (sign === '–' && (isNumeric || (!isSpaced && /[\p{L}.]/u.test(left) && /\p{Lu}/u.test(right))))
    return { end, spoken: ` ${words.rangeTo} ` };
  if (isSpaced || sign === '—') return { end, spoken: ', ' };
  return /\p{L}/u.test(left) && /\p{L}/u.test(right) && sign === '-' ? { end, spoken: '-' } : { end, spoken: ' ' };
}

import { find, type Speech } from './speech.ts';

type WrittenNumber = {
  readonly end: number;
  readonly value: number;
  /** In digits that the engine of the language reads. */
  readonly spoken: string;
  /** Digits of its whole part, and behind the decimal mark. */
  readonly whole: string;
  readonly decimals: string;
};

const WITH_POINT = /(\d{1,3}(?:,\d{3}){1,5}(?![\d])|\d{1,15})(?:\.(\d{1,12}))?/y;
const WITH_COMMA = /(\d{1,3}(?:[.'’\u00a0\u202f]\d{3}){1,5}(?!\d)|\d{1,15})(?:[,.](\d{1,12}))?/y;
/** Languages that write a space between thousands. */
const WITH_SPACES = /(\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,5}(?!\d)|\d{1,15})(?:[,.](\d{1,12}))?/y;
const SPACED = new Set(['fr', 'pl', 'ru', 'uk', 'cs', 'sk', 'sv', 'nb', 'no', 'fi', 'hu', 'bg']);

/** The number that begins at this digit. */
function numberAt(speech: Speech, at: number): WrittenNumber | null {
  const expression = speech.decimalMark === '.' ? WITH_POINT : SPACED.has(speech.language) ? WITH_SPACES : WITH_COMMA;
  const found = find(expression, speech, at);
  if (found === null) return null;
  // "0.125" has no thousands.
  const isDecimal = /^0[.,]\d/.test(found[0]) && found[2] === undefined;
  const written = isDecimal ? '0' : (found[1] as string);
  const decimals = isDecimal ? found[0].slice(2) : (found[2] ?? '');
  const whole = written.replace(/\D/g, '');
  // English engines read 2,024 and 2024 in different ways.
  const kept = speech.language === 'en' ? written : whole;
  return {
    end: at + found[0].length,
    value: Number(`${whole}.${decimals || '0'}`),
    spoken: decimals === '' ? kept : `${kept}${speech.engineMark}${decimals}`,
    whole: kept,
    decimals,
  };
}

const DASH = /[-–—−~]|\s[-–—−]\s/y;

/** A number or the two ends of a range. */
export type NumberOrRange = WrittenNumber & { readonly lower: WrittenNumber | null; readonly between: string };

export function rangeAt(speech: Speech, at: number): NumberOrRange | null {
  const first = numberAt(speech, at);
  if (first === null) return null;
  const single = { ...first, lower: null, between: '' };
  const dash = find(DASH, speech, first.end);
  if (dash === null || speech.isEquation) return single;
  const second = numberAt(speech, first.end + dash[0].length);
  if (second === null || /^[-–]\d/.test(speech.text.slice(second.end, second.end + 2))) return single;
  const isPlain = dash[0].includes('-');
  const rises = second.value > first.value || second.whole.length < first.whole.length;
  if (!rises && (dash[0] === ' - ' || dash[0].includes('−'))) return single;
  return { ...second, lower: first, between: rises || !isPlain ? speech.words.rangeTo : speech.words.ratioTo };
}

import { meridiemAt, meridiemWords } from './amounts.ts';
import { type Found, find, type Speech, usable } from './speech.ts';
import { ordinalEnding } from './words/en.ts';

const ISO_DATE = /(\d{4})-(\d{2})-(\d{2})(?!\d|-)/y;
const DOTTED_DATE = /(\d{1,2})\.[ \u00a0]?(\d{1,2})\.[ \u00a0]?(\d{4})(?!\d)/y;
const SLASHED_DATE = /(\d{1,2})\/(\d{1,2})\/(\d{4})(?!\d)/y;
const TIME = /([01]?\d|2[0-4])(?::|[ \u00a0]?h[ \u00a0]?(?=[0-5]\d))([0-5]\d)(?::([0-5]\d))?(?![\d:])/y;
const RATIO = /(\d{1,4}):(\d{1,4})(?![\d:])/y;
const INTERNATIONAL = /\+\d{1,15}(?:[ \-./()]{1,2}\d{1,5}){0,6}(?!\d)/y;
const AMERICAN = /\(?\d{3}\)?[ \-.]{1,2}\d{3}[-. ]\d{4}(?!\d)|\d{3}-\d{4}(?!\d)/y;
const NATIONAL = /0\d{2,5}(?:[ \-/]\d{2,8}){1,4}(?!\d)/y;
const VERSION = /(v\.?[ \u00a0]?)?(\d{1,5}(?:\.\d{1,5}){2,4})(?![\d]|\.\d)/iy;
const NAMED_VERSION = /v(\d{1,4}(?:\.\d{1,5})?)(?![\p{L}\d])/uy;

export function dateAt(speech: Speech, at: number): Found | null {
  const iso = find(ISO_DATE, speech, at);
  if (iso !== null) return date(speech, at + iso[0].length, iso[1], iso[2], iso[3]);
  const dotted = find(DOTTED_DATE, speech, at);
  if (dotted !== null) return date(speech, at + dotted[0].length, dotted[3], dotted[2], dotted[1]);
  const slashed = find(SLASHED_DATE, speech, at);
  if (slashed === null) return null;
  const isMonthFirst = monthComesFirst(speech.locale) ? Number(slashed[1]) <= 12 : Number(slashed[2]) > 12;
  const [month, day] = isMonthFirst ? [slashed[1], slashed[2]] : [slashed[2], slashed[1]];
  return date(speech, at + slashed[0].length, slashed[3], month, day);
}

function monthComesFirst(locale: string): boolean {
  return locale === 'en' || /^en-(?:US|PH|CA)\b/i.test(locale);
}

function date({ locale, language }: Speech, end: number, year = '', month = '', day = ''): Found | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const when = new Date(Date.UTC(y, m - 1, d));
  if (when.getUTCMonth() !== m - 1 || when.getUTCDate() !== d || y < 1000) return null;
  const name = new Intl.DateTimeFormat(usable(locale), {
    dateStyle: 'long',
    timeZone: 'UTC',
    calendar: 'gregory',
  }).format(when);
  if (language !== 'en') return { end, spoken: name };
  return { end, spoken: name.replace(/\b\d{1,2}\b/, `${d}${ordinalEnding(d)}`) };
}

/** A time of day, else a ratio or score. */
export function timeAt(speech: Speech, at: number): Found | null {
  const { words, text } = speech;
  const found = find(TIME, speech, at);
  if (found === null) {
    const ratio = find(RATIO, speech, at);
    return ratio && { end: at + ratio[0].length, spoken: `${ratio[1]} ${words.ratioTo} ${ratio[2]}` };
  }
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  let end = at + found[0].length;
  const meridiem = meridiemAt(speech, end);
  const seconds = found[3] === undefined ? '' : ` ${Number(found[3])}`;
  if (meridiem !== null) {
    const clock = minutes === 0 ? `${hours}` : words.time(hours, minutes);
    return { end: end + meridiem[0].length, spoken: `${clock}${seconds} ${meridiemWords(meridiem)}` };
  }
  const after = words.afterTime.find((word) => text.startsWith(word, end + 1) && /\s/.test(text[end] ?? ''));
  if (after !== undefined && !/\p{L}/u.test(text[end + 1 + after.length] ?? '')) end += 1 + after.length;
  return { end, spoken: `${words.time(hours, minutes)}${seconds}` };
}

/** A telephone number, digit by digit. */
export function phoneAt(speech: Speech, at: number): Found | null {
  const found = find(INTERNATIONAL, speech, at) ?? find(AMERICAN, speech, at) ?? find(NATIONAL, speech, at);
  if (found === null) return null;
  const digits = found[0].replace(/\D/g, '').length;
  if (digits < 7 || digits > 15) return null;
  const groups = (found[0].match(/\d+/g) ?? []).map((group) => [...group].join(' '));
  const plus = found[0].startsWith('+') ? `${speech.words.signs['+'] ?? '+'} ` : '';
  return { end: at + found[0].length, spoken: plus + groups.join(', ') };
}

/** `v2`, `v1.2.3`, `1.2.3`. */
export function versionAt(speech: Speech, at: number): Found | null {
  const found = find(VERSION, speech, at) ?? find(NAMED_VERSION, speech, at);
  if (found === null) return null;
  const { words } = speech;
  const numbers = (found[2] ?? found[1] ?? '').split('.').join(` ${words.dot} `);
  const isNamed = /^v/i.test(found[0]);
  return { end: at + found[0].length, spoken: isNamed ? `${words.version} ${numbers}` : numbers };
}

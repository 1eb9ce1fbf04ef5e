import { type Found, find, type Speech } from './speech.ts';

const NUMERAL = /[IVXLC]{1,9}(?![\p{L}\p{N}'’])/uy;
const CENTURY = /([IVXL]{1,7})(?:e|ème|er|ᵉ)(?![\p{L}])/uy;
const WELL_FORMED = /^(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;
const VALUES: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };
const RULERS =
  /^(?:Henry|Louis|Charles|George|William|James|Edward|Richard|Philip|Paul|Benedict|Pius|Napoleon|Frederick|Nicholas|Peter|Heinrich|Ludwig|Karl|Wilhelm|Friedrich|Otto|Papst|Benedikt|Franz|Henri|François|Napoléon|Philippe|Enrique|Felipe|Carlos|Alfonso|Juan|Fernando|Enrico|Carlo|Vittorio|Emanuele|Luigi|Leone|Pio|Paolo|João|Pedro|Afonso|Manuel|Willem|Johannes)$/;
const QUEENS =
  /^(?:Elizabeth|Elisabeth|Mary|Catherine|Katharina|Margrethe|Isabel|Isabella|Élisabeth|Catherine|Beatrix|Maria)$/;

/** A Roman numeral, where the word before it leaves no doubt. */
export function romanAt(speech: Speech, at: number, wordBefore: string): Found | null {
  const { words, language, text } = speech;
  const century = language === 'fr' ? find(CENTURY, speech, at) : null;
  if (century !== null) {
    const value = valueOfNumeral(century[1] as string);
    if (value !== null) return { end: at + century[0].length, spoken: `${value}e` };
  }
  const found = find(NUMERAL, speech, at);
  const value = found === null ? null : valueOfNumeral(found[0]);
  if (found === null || value === null || wordBefore === '') return null;
  const end = at + found[0].length;
  const isWoman = QUEENS.test(wordBefore);
  // A single letter is more often a letter, or the speaker himself.
  const isLetter = found[0].length === 1 && (found[0] === 'I' || !words.numbered.includes(wordBefore.toLowerCase()));
  if ((isWoman || RULERS.test(wordBefore)) && (!isLetter || !/^\s+\p{Ll}/u.test(text.slice(end, end + 3))))
    return found[0] === 'C' || found[0] === 'L' ? null : { end, spoken: words.ruler(value, isWoman) };
  if (
    words.numbered.includes(wordBefore.toLowerCase()) &&
    (!isLetter || /^(?:[.,:;!?)]|$)/.test(text.slice(end, end + 1)))
  )
    return { end, spoken: `${value}` };
  const isSure = found[0].length > 1 && /^[IVX]+$/.test(found[0]) && /^\p{Lu}\p{Ll}/u.test(wordBefore);
  return isSure ? { end, spoken: `${value}` } : null;
}

function valueOfNumeral(numeral: string): number | null {
  if (!WELL_FORMED.test(numeral)) return null;
  let value = 0;
  for (const [index, letter] of [...numeral].entries()) {
    const own = VALUES[letter] ?? 0;
    value += own < (VALUES[numeral[index + 1] ?? ''] ?? 0) ? -own : own;
  }
  return value;
}

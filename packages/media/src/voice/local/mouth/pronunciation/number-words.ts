const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
/** From twenty on. */
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const GROUPS = ['', 'thousand', 'million', 'billion', 'trillion'];
/** Longer ones are read digit by digit. */
const MOST_DIGITS = 15;

/** A number as English clauses write it (`1,250`, `1999`, `3.5`) in words. */
export function numberWords(written: string): string {
  const [whole = '', decimals] = written.replaceAll(',', '').split('.');
  const spoken = wholeWords(whole, written.includes(','));
  return decimals === undefined || decimals === '' ? spoken : `${spoken} point ${digitWords(decimals)}`;
}

function wholeWords(digits: string, isGrouped: boolean): string {
  if (digits.length > MOST_DIGITS || /^0\d/.test(digits)) return digitWords(digits);
  const value = Number(digits);
  const isYear = !isGrouped && digits.length === 4 && value >= 1100 && value < 2100 && value % 1000 >= 10;
  return isYear ? yearWords(value) : countWords(value);
}

function yearWords(year: number): string {
  const [century, rest] = [Math.floor(year / 100), year % 100];
  if (rest === 0) return `${countWords(century)} hundred`;
  return `${countWords(century)} ${rest < 10 ? 'oh ' : ''}${countWords(rest)}`;
}

function countWords(value: number): string {
  if (value === 0) return ONES[0] as string;
  const words: string[] = [];
  let rest = value;
  for (const group of GROUPS) {
    const three = rest % 1000;
    if (three > 0) words.unshift(`${belowThousand(three)} ${group}`.trimEnd());
    rest = Math.floor(rest / 1000);
  }
  return words.join(' ');
}

function belowThousand(value: number): string {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  const head = hundreds === 0 ? [] : [`${ONES[hundreds]} hundred`];
  if (rest === 0) return head.join(' ');
  const tail = rest < 20 ? ONES[rest] : `${TENS[Math.floor(rest / 10) - 2]} ${rest % 10 === 0 ? '' : ONES[rest % 10]}`;
  return [...head, tail].join(' ').trimEnd();
}

function digitWords(digits: string): string {
  return [...digits].map((digit) => ONES[Number(digit)] ?? '').join(' ');
}

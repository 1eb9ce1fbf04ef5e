import { type NumberOrRange, rangeAt } from './numbers.ts';
import { countedName, type Found, find, numberFormat, type Speech } from './speech.ts';
import type { Counted } from './words/spoken-words.ts';

/** Units that the platform names in every language, by how they are written. */
const PLATFORM_UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '%': 'percent',
    '°C': 'celsius',
    '℃': 'celsius',
    '°F': 'fahrenheit',
    '℉': 'fahrenheit',
    '°': 'degree',
    km: 'kilometer',
    m: 'meter',
    cm: 'centimeter',
    mm: 'millimeter',
    mi: 'mile',
    ft: 'foot',
    yd: 'yard',
    kg: 'kilogram',
    g: 'gram',
    lb: 'pound',
    lbs: 'pound',
    oz: 'ounce',
    l: 'liter',
    L: 'liter',
    ml: 'milliliter',
    mL: 'milliliter',
    ha: 'hectare',
    'km/h': 'kilometer-per-hour',
    kmh: 'kilometer-per-hour',
    kph: 'kilometer-per-hour',
    mph: 'mile-per-hour',
    'm/s': 'meter-per-second',
    'km/s': 'kilometer-per-second',
    s: 'second',
    sec: 'second',
    min: 'minute',
    h: 'hour',
    hr: 'hour',
    hrs: 'hour',
    ms: 'millisecond',
    µs: 'microsecond',
    ns: 'nanosecond',
    kB: 'kilobyte',
    KB: 'kilobyte',
    MB: 'megabyte',
    GB: 'gigabyte',
    TB: 'terabyte',
    PB: 'petabyte',
    Mbps: 'megabit-per-second',
    'Mbit/s': 'megabit-per-second',
    Gbps: 'gigabit-per-second',
    'Gbit/s': 'gigabit-per-second',
    'MB/s': 'megabyte-per-second',
    'GB/s': 'gigabyte-per-second',
    'g/l': 'gram-per-liter',
    'kg/h': 'kilogram-per-hour',
  }),
);
/** Units that are words of these languages. */
const WORDS_NOT_UNITS: Readonly<Record<string, readonly string[]>> = {
  mi: ['es', 'it', 'fr', 'pt'],
  ha: ['es', 'it', 'hu', 'sv'],
  l: ['fr', 'it'],
  o: ['es', 'it', 'pt', 'pl'],
};

const UNIT =
  /[ \u00a0\u202f]?(°[ \u00a0]?[CF](?![\p{L}\p{N}])|[%‰°℃℉]|[\p{L}Ω][\p{L}]{0,5}[²³23]?(?:\/[\p{L}]{1,4}[²³]?)?(?![\p{L}\p{N}'’]))/uy;
const CURRENCY_BEFORE =
  /(US\$|A\$|C\$|R\$|HK\$|[$€£¥₹₩₽₺₴₿¢฿₫]|(?:USD|EUR|GBP|JPY|CHF)(?=[ \u00a0]?\d))[ \u00a0\u202f]?(?=\d)/y;
const CURRENCY_AFTER = /[ \u00a0\u202f]?([$€£¥₹₩₽₺₴₿¢฿₫元円](?!\d)|(?:USD|EUR|GBP|JPY|CHF|BRL)(?![\p{L}\p{N}]))/uy;
const SCALE = /[ \u00a0\u202f]?(\p{L}{1,9}\.?)(?![\p{L}\p{N}])/uy;
const VULGAR = /[ \u00a0\u202f\u2009]?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒])/y;
const WRITTEN_FRACTION = /(\d{1,2})[/⁄](\d{1,2})(?![\d/,.]\d|\d)/y;
const ORDINAL = /\.?([ºª])/y;
const MERIDIEM = /[ \u00a0]?([ap])\.?[ \u00a0]?m(?:\.(?=[\s,;:!?)]|$)|(?![\p{L}\p{N}.]))/iuy;

/** A currency, then an amount: `$5`, `€1,000–2,000`, `$5 million`. */
export function moneyAt(speech: Speech, at: number): Found | null {
  const sign = find(CURRENCY_BEFORE, speech, at);
  if (sign === null) return null;
  const amount = rangeAt(speech, at + sign[0].length);
  return amount === null ? null : money(speech, amount, sign[1] as string);
}

/** A number or a range with what belongs to it: a unit, a currency, a fraction, an ordinal sign. */
export function amountAt(speech: Speech, at: number): Found | null {
  const fraction = fractionAt(speech, at);
  if (fraction !== null) return fraction;
  const amount = rangeAt(speech, at);
  if (amount === null) return null;
  const range = withLower(amount, amount.spoken);
  const mixed = mixedFraction(speech, amount);
  if (mixed !== null) return mixed;
  const meridiem = speech.language === 'en' ? find(MERIDIEM, speech, amount.end) : null;
  if (meridiem !== null && amount.value <= 12)
    return { end: amount.end + meridiem[0].length, spoken: `${range} ${meridiemWords(meridiem)}` };
  const ordinal = ordinalAt(speech, amount);
  if (ordinal !== null) return ordinal;
  const currency = find(CURRENCY_AFTER, speech, amount.end);
  if (currency !== null) return money(speech, amount, currency[1] as string, amount.end + currency[0].length);
  const scaled = scaledMoney(speech, amount);
  return scaled ?? withUnit(speech, amount) ?? { end: amount.end, spoken: range };
}

export function meridiemWords(found: RegExpExecArray): string {
  return `${(found[1] as string).toUpperCase()} M`;
}

export function meridiemAt(speech: Speech, at: number): RegExpExecArray | null {
  return speech.language === 'en' ? find(MERIDIEM, speech, at) : null;
}

/** `½` and the like, and `1/2` where the language has a name for it. */
export function fractionAt(speech: Speech, at: number): Found | null {
  const sign = find(VULGAR, speech, at);
  const parts = sign === null ? find(WRITTEN_FRACTION, speech, at) : null;
  const [numerator, denominator] =
    sign === null
      ? [Number(parts?.[1]), Number(parts?.[2])]
      : (sign[1] as string).normalize('NFKC').split('⁄').map(Number);
  const spoken = fractionWords(speech, numerator as number, denominator as number);
  if (spoken === null) return null;
  const end = at + (sign ?? (parts as RegExpExecArray))[0].length;
  const unit = unitAt(speech, end, 0.5);
  return unit === null ? { end, spoken } : { end: unit.end, spoken: `${spoken} ${unit.spoken}` };
}

function fractionWords({ words }: Speech, numerator: number, denominator: number): string | null {
  const names = words.fractions.parts[denominator];
  if (names === undefined || !(numerator < denominator) || numerator < 1) return null;
  return numerator === 1 ? `${words.fractions.one} ${names[0]}` : `${numerator} ${names[1]}`;
}

/** `1½`, `2 3/4`. */
function mixedFraction(speech: Speech, whole: NumberOrRange): Found | null {
  if (whole.decimals !== '') return null;
  const isSpaced = /^ \d{1,2}\/\d/.test(speech.text.slice(whole.end, whole.end + 5));
  const fraction = fractionAt(speech, whole.end + (isSpaced ? 1 : 0));
  if (fraction === null || (!isSpaced && /\d/.test(speech.text[whole.end] ?? ''))) return null;
  return {
    end: fraction.end,
    spoken: `${withLower(whole, whole.spoken)} ${speech.words.fractions.and} ${fraction.spoken}`,
  };
}

function ordinalAt(speech: Speech, amount: NumberOrRange): Found | null {
  const sign = find(ORDINAL, speech, amount.end);
  if (sign === null) return null;
  const names = speech.words.ordinals[sign[1] === 'ª' ? 'feminine' : 'masculine'];
  const name = names[amount.value - 1];
  return name === undefined ? null : { end: amount.end + sign[0].length, spoken: name };
}

function withLower(amount: NumberOrRange, spoken: string): string {
  return amount.lower === null ? spoken : `${amount.lower.spoken} ${amount.between} ${spoken}`;
}

function withUnit(speech: Speech, amount: NumberOrRange): Found | null {
  const unit = unitAt(speech, amount.end, amount.value);
  if (unit === null) return null;
  return {
    end: unit.end,
    spoken: withLower(amount, unit.prefix + amount.spoken + (unit.prefix === '' ? ` ${unit.spoken}` : '')),
  };
}

/** The name of the unit that follows a number; a few languages say it before the number. */
function unitAt(speech: Speech, at: number, value: number): (Found & { readonly prefix: string }) | null {
  const found = find(UNIT, speech, at);
  if (found === null) return null;
  const isSpaced = /^\s/.test(found[0]);
  const symbol = (found[1] as string).replace(/\s/g, '').replace('μ', 'µ').replace(/2$/, '²').replace(/3$/, '³');
  // "the 1990s", "an iPhone 5s"
  if (symbol === 's' && !isSpaced) return null;
  if (WORDS_NOT_UNITS[symbol]?.includes(speech.language)) return null;
  const end = at + found[0].length;
  const own = Object.hasOwn(speech.words.units, symbol) ? speech.words.units[symbol] : undefined;
  if (own !== undefined) return { end, spoken: countedName(own, value, speech.language), prefix: '' };
  const unit = PLATFORM_UNITS.get(symbol);
  if (unit === undefined) return null;
  const name = platformUnit(speech.locale, unit, value);
  return { end, ...name };
}

function platformUnit(locale: string, unit: string, value: number): { spoken: string; prefix: string } {
  const parts = numberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).formatToParts(value);
  const names = parts.filter(({ type }) => type === 'unit').map((part) => part.value);
  const isBefore = parts[0]?.type === 'unit' && names.length === 1;
  return { spoken: names.join(' '), prefix: isBefore ? `${names[0]} ` : '' };
}

const ISO_OF_SIGN: Readonly<Record<string, string>> = {
  $: 'USD',
  US$: 'USD',
  A$: 'AUD',
  C$: 'CAD',
  HK$: 'HKD',
  R$: 'BRL',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₩': 'KRW',
  '₽': 'RUB',
  '₺': 'TRY',
  '₴': 'UAH',
  '฿': 'THB',
  '₫': 'VND',
  元: 'CNY',
  円: 'JPY',
};

/** The name of a currency for an amount; null where nobody has one. */
function currencyName({ words, locale, language }: Speech, sign: string, value: number): string | null {
  const own: Counted | undefined = Object.hasOwn(words.currencies, sign) ? words.currencies[sign] : undefined;
  if (own !== undefined) return countedName(own, value, language);
  const currency = ISO_OF_SIGN[sign] ?? (/^[A-Z]{3}$/.test(sign) ? sign : undefined);
  if (currency === undefined) return null;
  const parts = numberFormat(locale, { style: 'currency', currency, currencyDisplay: 'name' }).formatToParts(value);
  return parts.find(({ type }) => type === 'currency')?.value ?? null;
}

function money(speech: Speech, amount: NumberOrRange, sign: string, end = amount.end): Found | null {
  const scale = end === amount.end ? scaleAt(speech, end) : null;
  if (scale !== null) {
    const currency = currencyName(speech, sign, 2);
    if (currency === null) return null;
    const spoken = `${withLower(amount, amount.spoken)} ${scale.spoken} ${speech.words.ofCurrency(currency)}`;
    return { end: scale.end, spoken };
  }
  const name = currencyName(
    speech,
    sign,
    amount.decimals === '' || Number(amount.decimals) === 0 ? amount.value : Math.max(2, amount.value),
  );
  return name === null ? null : { end, spoken: withLower(amount, moneyWords(speech, amount, name)) };
}

function moneyWords({ words, language }: Speech, amount: NumberOrRange, name: string): string {
  if (amount.decimals.length !== 2) return `${amount.spoken} ${name}`;
  if (amount.decimals === '00') return `${amount.whole} ${name}`;
  const hundredths = `${Number(amount.decimals)}`;
  const { and, name: part } = words.hundredths;
  if (part === null) return `${amount.whole} ${name} ${and} ${hundredths}`;
  const named = `${hundredths} ${countedName(part, Number(hundredths), language)}`;
  return amount.whole === '0'
    ? named
    : `${amount.whole} ${countedName([name, name], amount.value, language)} ${and} ${named}`;
}

function scaleAt(speech: Speech, at: number): Found | null {
  const found = find(SCALE, speech, at);
  const { scales } = speech.words;
  if (found === null) return null;
  for (const written of [found[1] as string, (found[1] as string).replace(/\.$/, '')]) {
    if (Object.hasOwn(scales, written)) {
      return {
        end: at + found[0].length - ((found[1] as string).length - written.length),
        spoken: scales[written] as string,
      };
    }
  }
  return null;
}

/** `5 Mio. €`, `3 millions €`: the scale stands before the currency. */
function scaledMoney(speech: Speech, amount: NumberOrRange): Found | null {
  const scale = scaleAt(speech, amount.end);
  if (scale === null) return null;
  const currency = find(CURRENCY_AFTER, speech, scale.end);
  const name = currency === null ? null : currencyName(speech, currency[1] as string, 2);
  if (currency === null || name === null) return null;
  const spoken = `${withLower(amount, amount.spoken)} ${scale.spoken} ${speech.words.ofCurrency(name)}`;
  return { end: scale.end + currency[0].length, spoken };
}

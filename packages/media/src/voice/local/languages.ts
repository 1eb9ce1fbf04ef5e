/** Languages told by their script alone (ISO 15924 names as Unicode property values), tried in this order. */
const LANGUAGE_OF_SCRIPT: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Bengali}/gu, 'bn'],
  [/\p{Script=Tamil}/gu, 'ta'],
  [/\p{Script=Telugu}/gu, 'te'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Georgian}/gu, 'ka'],
  [/\p{Script=Armenian}/gu, 'hy'],
];

/** Languages that share a script with the one it is told by. */
const SAME_SCRIPT: Readonly<Record<string, readonly string[]>> = {
  zh: ['zh', 'yue', 'ja', 'cmn'],
  ru: ['ru', 'uk', 'bg', 'sr', 'mk', 'kk', 'be'],
  ar: ['ar', 'fa', 'ur', 'ps'],
  hi: ['hi', 'mr', 'ne'],
};

/** Common English words that are not common in other languages of the Latin script. */
const COMMON_ENGLISH = new Set(
  `about again and any are at be because been but by can't could did don't for from good had has have hello how i'm if is
  it it's just know let like may more my name not of one our out please she some speak talk tell thank thanks that that's
  the their them there they this to today up well were what what's when where which who why with would yes you you're
  your`.split(/\s+/),
);

/** Share of common words from which a text counts as English. */
export const ENGLISH_SHARE = 0.2;

/** Primary subtag of a BCP 47 tag in lower case; `en` when there is none. */
export function primaryLanguage(tag: string): string {
  const primary = tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  return /^[a-z]{2,3}$/.test(primary) ? primary : 'en';
}

/** Share of a text's words that are common in English, 0 to 1. */
export function englishShare(text: string): number {
  const words =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}']+/gu) ?? [];
  return words.length === 0 ? 0 : words.filter((word) => COMMON_ENGLISH.has(word)).length / words.length;
}

/**
 * The language a text is in, as a primary subtag: by its script where that tells, else the configured language unless
 * the words are plainly English.
 */
export function languageOf(text: string, configuredTag: string): string {
  const configured = primaryLanguage(configuredTag);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  for (const [script, language] of LANGUAGE_OF_SCRIPT) {
    const count = text.match(script)?.length ?? 0;
    if (count === 0 || count < letters / 4) continue;
    return SAME_SCRIPT[language]?.includes(configured) ? configured : language;
  }
  if (configured === 'en' || LANGUAGE_OF_SCRIPT.some(([, language]) => language === configured)) return 'en';
  return englishShare(text) >= ENGLISH_SHARE ? 'en' : configured;
}

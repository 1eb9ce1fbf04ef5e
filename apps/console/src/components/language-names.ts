import { LANGUAGE_TAG, LIMITS } from '@visavis/protocol';

/** Languages that people choose from; any other tag can be typed. */
export const OFFERED_LANGUAGES = [
  'ar',
  'bg',
  'bn',
  'ca',
  'cs',
  'da',
  'de',
  'de-AT',
  'de-CH',
  'el',
  'en',
  'en-AU',
  'en-GB',
  'en-IN',
  'en-US',
  'es',
  'es-ES',
  'es-MX',
  'et',
  'fa',
  'fi',
  'fil',
  'fr',
  'fr-CA',
  'fr-CH',
  'he',
  'hi',
  'hr',
  'hu',
  'id',
  'it',
  'ja',
  'ko',
  'lt',
  'lv',
  'ms',
  'nb',
  'nl',
  'nl-BE',
  'pl',
  'pt',
  'pt-BR',
  'pt-PT',
  'ro',
  'ru',
  'sk',
  'sl',
  'sr',
  'sv',
  'sw',
  'ta',
  'te',
  'th',
  'tr',
  'uk',
  'ur',
  'vi',
  'zh',
  'zh-CN',
  'zh-HK',
  'zh-TW',
] as const;

/** What people call a language, in their own; the tag where it has no name there. */
export function languageName(tag: string, shownIn: string): string {
  try {
    return namesIn(shownIn).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** By the language in which they are shown: to make them takes longer than to ask them. */
const madeNames = new Map<string, Intl.DisplayNames>();

function namesIn(shownIn: string): Intl.DisplayNames {
  const made =
    madeNames.get(shownIn) ??
    new Intl.DisplayNames([shownIn], { type: 'language', languageDisplay: 'standard', fallback: 'none' });
  madeNames.set(shownIn, made);
  return made;
}

type Choice = { readonly value: string; readonly label: string };

/** The languages by name, with the one that is chosen and the one whose tag was typed. */
export function languageChoices(chosen: string, typed: string, shownIn: string): readonly Choice[] {
  const tags = new Set<string>(OFFERED_LANGUAGES);
  if (chosen !== '') tags.add(chosen);
  const tag = typed.trim();
  const isKnown = [...tags].some((known) => known.toLowerCase() === tag.toLowerCase());
  if (!isKnown && isLanguageTag(tag)) tags.add(tag);
  const order = new Intl.Collator(shownIn);
  return [...tags]
    .map((value) => {
      const name = languageName(value, shownIn);
      return { value, label: name === value ? value : `${name} (${value})` };
    })
    .sort((one, other) => order.compare(one.label, other.label));
}

/** A tag that some language has: words that are searched for are none. */
function isLanguageTag(text: string): boolean {
  if (text.length > LIMITS.characters.language || !LANGUAGE_TAG.test(text)) return false;
  return languageName(text, 'en') !== text;
}

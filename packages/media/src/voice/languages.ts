import { tagOfLanguageName } from '@visavis/protocol';
import { languageName } from './persona.ts';

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

/** Common words of languages of the Latin script, few of which are common in another of them. */
const COMMON: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    en: `about again and any are at be because been but by can't could did don't for from good had has have hello how i'm if is
      it it's just know let like may more my name not of one our out please she some speak talk tell thank thanks that that's
      the their them there they this to today up well were what what's when where which who why with would yes you you're
      your`,
    de: `aber auch auf bin bist bitte danke das dass dem den der dich dir doch ein eine einen einer für gut guten habe
      haben hallo hast heute ich ihnen ihr im ist ja kann kein können mein mich mir mit nach nicht noch nur oder schön sehr
      sich sie sind über und uns vielen von wenn wer werden wie wir wird wo zu zum zur`,
    fr: `aujourd'hui au aussi avec avez bien bonjour ça c'est cette dans d'accord des du elle est et être il ils j'ai je l'on
      leur mais merci moi mon ne notre nous où oui pas peux peut plus pour pouvez qu'il quel quelle qui sont suis sur très
      une vais votre vous`,
    es: `adiós ahora algo aquí bien buenas buenos cómo cuál dónde ella ellos el en está están estoy eres esto gracias hay hola
      hoy lo los las más me mi muy nosotros pero por porque puede puedo qué quiero se ser sí soy su también tengo tiene todo
      una usted y ya yo`,
    it: `anche buongiorno c'è che chi ciao così cosa della delle di è grazie gli ho il io lei loro ma mi molto nel
      non oggi perché per più posso può quando questa questo sei si sono sta sul tutto un'altra una vi voglio`,
    pt: `agora ao as bom com como da das do dos e ela ele em eu está estou foi isso lhe mais mas meu muito na não nas nós no
      nos obrigada obrigado olá onde ou para pela pelo posso por porque que quer sim sou também tem tenho um uma você vocês`,
    nl: `aan als ben dat deze dit een er goed graag heb hebben het hoe ik je jij kan kunt maar met mijn naar niet nog
      om ook op te u van voor waar wat wel wij wil zijn`,
  }).map(([language, words]) => [language, new Set(words.split(/\s+/))]),
);

/** Share of common words from which a text counts as English. */
export const ENGLISH_SHARE = 0.2;

/** Primary subtag of a BCP 47 tag in lower case; `en` when there is none. */
export function primaryLanguage(tag: string): string {
  const primary = tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  return /^[a-z]{2,3}$/.test(primary) ? primary : 'en';
}

/** Tags that stand for none, several, or one that was not made out. */
const NO_LANGUAGE = new Set(['mis', 'mul', 'und', 'zxx']);

/** What a service says that it has heard, as a tag; null: it says nothing that is known. */
export function tagOfLanguage(said: string | null | undefined): string | null {
  const plain = (said ?? '').trim().toLowerCase();
  const named = tagOfLanguageName(plain);
  if (named !== null) return named;
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{2,8})?$/.test(plain) || NO_LANGUAGE.has(plain)) return null;
  return languageName(primaryLanguage(plain)) === null ? null : plain;
}

/**
 * What ears that make out languages themselves are told to expect (a primary subtag); null: nothing. Plain `en` is what avatars have
 * whose owners have chosen none: their users are heard in whatever they speak.
 */
export function hintOf(tag: string): string | null {
  const given = tag.trim();
  return given === '' || given.toLowerCase() === 'en' ? null : primaryLanguage(given);
}

/** Share of a text's words that are common in English, 0 to 1. */
export function englishShare(text: string): number {
  return commonShare(wordsOf(text), 'en');
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}']+/gu) ?? []
  );
}

function commonShare(words: readonly string[], language: string): number {
  const common = COMMON[language];
  return words.length === 0 || common === undefined
    ? 0
    : words.filter((word) => common.has(word)).length / words.length;
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

/** Of a text that are looked at. */
const MOST_CHARACTERS = 1000;
/** Fewer words tell nothing: "no", "as" and "me" are words of several languages, and names and quotes stand in many texts. */
const LEAST_WORDS = 5;
const LEAST_COMMON_WORDS = 3;
const COMMON_SHARE = 0.3;
/** Of so few, so large a share. */
const SURE_COMMON_WORDS = 4;
const SHORT_COMMON_SHARE = 0.45;
/** So large a share of words of the language that is expected, and the text is in it. */
const STILL_EXPECTED_SHARE = 0.15;
/** Words that are common in English and in others. */
const ENGLISH_TOO = new Set('a am as do he her his i in me no on so us we'.split(' '));

/**
 * The language that a text is written in, as a BCP 47 tag: `expectedTag` as it is (with its region) unless script or words are plainly
 * those of another one.
 */
export function writtenLanguage(text: string, expectedTag: string): string {
  const expected = primaryLanguage(expectedTag);
  const words = wordsOf(text.slice(0, MOST_CHARACTERS));
  const inScript = languageOf(text, expectedTag);
  // A word or a number among words of another script is no other language.
  const byScript = inScript === 'en' && words.length < 2 ? expected : inScript;
  if (byScript !== expected && byScript !== 'en') return byScript;
  const found = plainLanguage(words, byScript) ?? byScript;
  return found === expected && expectedTag.trim() !== '' ? expectedTag.trim() : found;
}

/** Whose common words these plainly are; null: nobody can tell, or they are of the expected language. */
function plainLanguage(words: readonly string[], expected: string): string | null {
  // Languages whose words are not known share many with those whose words are.
  if (words.length < LEAST_WORDS || COMMON[expected] === undefined) return null;
  if (possibleShare(words, expected) >= STILL_EXPECTED_SHARE) return null;
  const [best] = Object.keys(COMMON)
    .map((language) => ({ language, share: commonShare(words, language), count: commonCount(words, language) }))
    .filter(({ share, count }) =>
      count >= SURE_COMMON_WORDS ? share >= COMMON_SHARE : count >= LEAST_COMMON_WORDS && share >= SHORT_COMMON_SHARE,
    )
    .toSorted((one, other) => other.share - one.share);
  return best?.language ?? null;
}

/** How many different words are common ones. */
function commonCount(words: readonly string[], language: string): number {
  return new Set(words.filter((word) => COMMON[language]?.has(word) === true)).size;
}

/** Share of words that are common in a language, be it also in others. */
function possibleShare(words: readonly string[], language: string): number {
  const shared =
    language === 'en' ? words.filter((word) => ENGLISH_TOO.has(word)).length / Math.max(1, words.length) : 0;
  return commonShare(words, language) + shared;
}

/** Whether a mouth for English can say this in place of one for the expected language: nothing in it is plainly that language. */
export function isFitForEnglish(text: string, expectedTag: string): boolean {
  const words = wordsOf(text.slice(0, MOST_CHARACTERS));
  if (primaryLanguage(writtenLanguage(text, 'en')) !== 'en') return false;
  const share = commonShare(words, primaryLanguage(expectedTag));
  if (possibleShare(words, 'en') > share) return true;
  return share === 0 && words.length <= 2 && !/[^\p{ASCII}]/u.test(words.join(''));
}

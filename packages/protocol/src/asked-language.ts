/** Languages whose names are known, as the people who write instructions call them. */
const TAGS =
  'ar bg bn ca cs da de el en es fa fi fr he hi hr hu id it ja ko ms nb nl pl pt ro ru sk sr sv ta th tr uk vi yue zh'.split(
    ' ',
  );
const NAMED_IN = ['en', 'zh', 'es', 'fr', 'de', 'ja', 'it', 'pt'];
/** Names that Unicode's tables do not have. */
const OTHER_NAMES: readonly (readonly [string, string])[] = [
  ['norwegian', 'nb'],
  ['mandarin', 'zh'],
  ['mandarin chinese', 'zh'],
  ['simplified chinese', 'zh-CN'],
  ['traditional chinese', 'zh-TW'],
  ['brazilian portuguese', 'pt-BR'],
  ['british english', 'en-GB'],
  ['american english', 'en-US'],
  ['castilian', 'es'],
  ['castellano', 'es'],
  ['汉语', 'zh'],
  ['漢語', 'zh'],
  ['普通话', 'zh'],
  ['国语', 'zh'],
  ['國語', 'zh'],
  ['简体中文', 'zh-CN'],
  ['繁体中文', 'zh-TW'],
  ['繁體中文', 'zh-TW'],
  ['英文', 'en'],
  ['英語', 'en'],
  ['日文', 'ja'],
  ['日語', 'ja'],
  ['法文', 'fr'],
  ['法語', 'fr'],
  ['德文', 'de'],
  ['德語', 'de'],
  ['西班牙文', 'es'],
];
/** By their names in small letters; made when they are first wanted. */
function namesOfLanguages(): { readonly names: ReadonlyMap<string, string>; readonly eastAsian: readonly string[] } {
  const nameIn = (locale: string, tag: string): [string, string] => {
    const name = new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? tag;
    return [name.toLowerCase(), tag];
  };
  const names = new Map<string, string>([
    ...NAMED_IN.flatMap((locale) => TAGS.map((tag) => nameIn(locale, tag))),
    ...TAGS.map((tag) => nameIn(tag, tag)),
    ...OTHER_NAMES,
  ]);
  const eastAsian = [...names.keys()].filter((name) => /\p{Script=Han}/u.test(name));
  return { names, eastAsian: eastAsian.toSorted((one, other) => other.length - one.length) };
}

let known: ReturnType<typeof namesOfLanguages> | null = null;

/** The tag of a language by its name in one of several languages, in small letters; null: none that is known. */
export function tagOfLanguageName(name: string): string | null {
  return languageNames().names.get(name) ?? null;
}

function languageNames(): ReturnType<typeof namesOfLanguages> {
  known ??= namesOfLanguages();
  return known;
}

/** Instructions are read up to here; what is asked stands in one sentence of them. */
const MOST_CHARACTERS = 40_000;
const MOST_SENTENCE_CHARACTERS = 300;
const MOST_SENTENCES = 500;

/** Tags that are words of other languages, too. */
const WORDS_TOO = new Set(['de', 'el', 'he', 'hi', 'id', 'it', 'ms', 'no']);
const TAG = /^([a-z]{2,3})(?:[-_](hans|hant|latn|cyrl))?(?:[-_]([a-z]{2}))?$/;
/** Regions of tags beside the likeliest one of the language. */
const REGIONS: Readonly<Record<string, string>> = {
  de: 'at ch',
  en: 'gb au ca in ie nz za',
  es: 'mx ar co cl pe us',
  fr: 'ca be ch',
  nl: 'be',
  pt: 'pt',
  zh: 'tw hk sg mo',
};
/** What is asked for begins its clause, after these. */
const LEADS = wordSet(
  'please kindly only always must should you will shall and then also ada avatar bitte immer nur por favor siempre toujours sempre altijd',
);
const VERBS = wordSet(
  `respond reply answer speak talk converse communicate write sprich sprechen antworte antworten rede responde responda responder habla
  hable hablar contesta conteste réponds répondez répondre parle parlez parler exprime rispondi parla fale fala antwoord spreek`,
);
/** Right after these a language may stand by itself. */
const SPEAK = wordSet('speak talk sprich sprechen habla hable hablar parle parlez parla fale fala spreek');
/** Between the verb and the word before its language. */
const BETWEEN = wordSet(
  `to the user users me them him her us with back only always everything all every each question questions immer nur bitte dem nutzer mir
  siempre al usuario solo sólo toujours à l utilisateur uniquement sempre`,
);
/** Before the name of a language in which something is done. */
const IN = wordSet('in auf en em using op');
const FILLERS = wordSet('the only always fluent simple plain clear spoken natural perfect language einfachem gutem');
/** After the name: nothing more, or what does not make it the name of something else. */
const TAIL = wordSet('only always please at all to and und et y e bitte immer language throughout');

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

const CONDITION = wordSet('if when whenever unless whoever or oder ou o wenn falls si quand cuando se quando als');

const DENIED_IN_EAST_ASIA = /不要|不能|不得|别|勿|禁止|しない|ないで/u;
const CONDITION_IN_EAST_ASIA = /如果|若|当|(?<![随同及])时|場合|たら|なら/u;
/** Before the language: others speak it. */
const OTHERS_IN_EAST_ASIA = /用户|学生|學生|客户|顾客|他们|她们|教/u;

/**
 * The language that instructions ask to be spoken (`Please respond in zh-CN`, `Antworte auf Deutsch`, `请用中文回答`), as a BCP 47 tag;
 * null: they ask for none. What is asked only of some cases ("if they write in French …") is none.
 */
export function askedLanguage(instructions: string): string | null {
  for (const sentence of sentencesOf(instructions.slice(0, MOST_CHARACTERS))) {
    const asked = askedInEastAsia(sentence) ?? askedInWords(sentence);
    if (asked !== null) return asked;
  }
  return null;
}

function* sentencesOf(text: string): Generator<string> {
  for (const sentence of text.split(/[.!?;\n。！？；]/, MOST_SENTENCES)) {
    if (sentence.trim() !== '') yield sentence.slice(0, MOST_SENTENCE_CHARACTERS);
  }
}

function askedInWords(sentence: string): string | null {
  if (isConditional(wordsOf(sentence))) return null;
  for (const clause of sentence.split(/[,:()–—]/)) {
    const asked = askedInClause(wordsOf(clause));
    if (asked !== null) return asked;
  }
  return null;
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_-]+/u)
    .filter((word) => word !== '');
}

/** What is asked of some cases alone, or leaves a choice. */
function isConditional(words: readonly string[]): boolean {
  return words.some((word) => CONDITION.has(word));
}

/** "Please always respond to the user in German", and nothing that others do or can do. */
function askedInClause(words: readonly string[]): string | null {
  const verbAt = words.findIndex((word) => !LEADS.has(word));
  const verb = words[verbAt] ?? '';
  if (!VERBS.has(verb)) return null;
  // "You speak French and German" tells what somebody can.
  if (words[verbAt - 1] === 'you') return null;
  const rest = words.slice(verbAt + 1);
  const inAt = rest.findIndex((word) => !BETWEEN.has(word));
  const isLed = IN.has(rest[inAt] ?? '');
  if (!isLed && !(SPEAK.has(verb) && inAt >= 0)) return null;
  return tagOf(rest.slice(isLed ? inAt + 1 : inAt).filter((word) => !FILLERS.has(word)));
}

function tagOf(words: readonly string[]): string | null {
  const { names } = languageNames();
  const [first = '', second = '', third = ''] = words;
  const ofTwo = names.get(`${first} ${second}`);
  const found = ofTwo ?? names.get(first) ?? tagIn(first);
  const [next, afterNext] = ofTwo === undefined ? [second, third] : [third, words[3] ?? ''];
  const isWhole = next === '' || (TAIL.has(next) && !names.has(afterNext));
  return isWhole ? found : null;
}

/** A tag of a language that is known, with a region in which it is spoken. */
function tagIn(word: string): string | null {
  const [, language = '', script = '', region = ''] = TAG.exec(word) ?? [];
  if (!TAGS.includes(language) || (script + region === '' && WORDS_TOO.has(language))) return null;
  const likely = new Intl.Locale(language).maximize().region?.toLowerCase();
  if (region !== '' && region !== likely && !(REGIONS[language] ?? '').split(' ').includes(region)) return null;
  return canonical(word);
}

function canonical(tag: string): string | null {
  return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0] ?? null;
}

/** Chinese and Japanese, where words have no blanks between them. */
function askedInEastAsia(sentence: string): string | null {
  if (!/\p{Script=Han}/u.test(sentence)) return null;
  if (DENIED_IN_EAST_ASIA.test(sentence) || CONDITION_IN_EAST_ASIA.test(sentence)) return null;
  const { names, eastAsian } = languageNames();
  for (const name of eastAsian) {
    const at = sentence.indexOf(name);
    if (at < 0 || OTHERS_IN_EAST_ASIA.test(sentence.slice(0, at))) continue;
    const before = sentence.slice(Math.max(0, at - 4), at);
    const after = sentence.slice(at + name.length, at + name.length + 12);
    const isChinese = /[用以说說讲講]\s?$/u.test(before) && /[答复復应應说說讲講聊谈談话話流]|^$/u.test(after);
    const isJapanese = /^で/u.test(after) && /[答話返応対]|しゃべ/u.test(after);
    if (isChinese || isJapanese) return names.get(name) ?? null;
  }
  return null;
}

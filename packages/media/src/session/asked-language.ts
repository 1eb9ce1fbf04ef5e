/** Languages whose names are known, as the people who write instructions call them. */
const TAGS =
  'ar bg bn ca cs da de el en es fa fi fr he hi hr hu id it ja ko ms nb nl pl pt ro ru sk sr sv ta th tr uk vi yue zh'.split(
    ' ',
  );
const NAMED_IN = ['en', 'zh', 'es', 'fr', 'de', 'ja', 'it', 'pt'];
/** Names that Unicode's tables do not have. */
const OTHER_NAMES: readonly (readonly [string, string])[] = [
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

function languageNames(): ReturnType<typeof namesOfLanguages> {
  known ??= namesOfLanguages();
  return known;
}

/** Instructions are read up to here; what is asked stands in one sentence of them. */
const MOST_CHARACTERS = 40_000;
const MOST_SENTENCE_CHARACTERS = 300;
const MOST_SENTENCES = 500;

/** Tags that are English words, too. */
const WORDS_TOO = new Set(['he', 'hi', 'id', 'it', 'ms']);
const TAG = /^[a-z]{2,3}(?:[-_](?:[a-z]{4}|[a-z]{2}|[a-z]{4}[-_][a-z]{2}))?$/i;
const ANSWER =
  /(?:^|[^\p{L}])(?:respond|repl(?:y|ies)|answers?|speak|talk|converse|communicate|write|sprich|sprechen|sprechet|antworte|antworten|rede|responde[rn]?|responda[ns]?|responde|habla|hable|hablar|contesta|conteste|répond(?:s|ez|re)|parle[rz]?|exprime[rz]?|rispondi|parla|fale|fala|antwoord|spreek)(?=[^\p{L}]|$)/u;
const DENIED =
  /(?:^|[^\p{L}])(?:never|not|no|don['’]?t|avoid|nicht|nie|kein|jamais|pas|nunca|non|não|niet)(?=[^\p{L}]|$)/u;
const CONDITION =
  /(?:^|[^\p{L}])(?:if|when|whenever|unless|whoever|wenn|falls|si|quand|cuando|se|quando|als)(?=[^\p{L}]|$)/u;
/** Before the name of a language in which something is done. */
const IN = new Set(['in', 'auf', 'en', 'em', 'using', 'op']);
/** Right after these a language may stand by itself. */
const SPEAK = new Set('speak talk sprich sprechen habla hable hablar parle parlez parla fale fala spreek'.split(' '));
/** So many words lie between what is to be done and its language at most. */
const MOST_WORDS_BETWEEN = 8;

const DENIED_IN_EAST_ASIA = /不要|不能|不得|别|勿|禁止|しない|ないで/u;
const CONDITION_IN_EAST_ASIA = /如果|若|当|場合|たら|なら/u;

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
  const lower = sentence.toLowerCase();
  if (!ANSWER.test(lower) || CONDITION.test(lower)) return null;
  const words = lower.split(/[^\p{L}\p{N}_-]+/u).filter((word) => word !== '');
  for (const [index, word] of words.entries()) {
    const before = words.slice(Math.max(0, index - MOST_WORDS_BETWEEN), index + 1).join(' ');
    const isLed = IN.has(word) ? ANSWER.test(before) : SPEAK.has(word) && isCommand(words.slice(0, index));
    if (!isLed || DENIED.test(before)) continue;
    const tag = tagOf(words.slice(index + 1).filter((following) => !FILLERS.has(following)));
    if (tag !== null) return tag;
  }
  return null;
}

const FILLERS = new Set(['the', 'only', 'always', 'fluent', 'simple', 'plain', 'perfect', 'language']);
const COMMANDS = new Set('please only always must should bitte por favor immer nur toujours siempre'.split(' '));

/** "You speak French and German" tells what somebody can. */
function isCommand(before: readonly string[]): boolean {
  return before.every((word) => COMMANDS.has(word)) || COMMANDS.has(before.at(-1) ?? '');
}

function tagOf([first = '', second = '']: readonly string[]): string | null {
  const { names } = languageNames();
  const named = names.get(`${first} ${second}`) ?? names.get(first);
  if (named !== undefined) return named;
  if (!TAG.test(first)) return null;
  const [language = ''] = first.split(/[-_]/);
  // Many words look like a tag without a region.
  if (language === first && (WORDS_TOO.has(first) || second !== '')) return null;
  return TAGS.includes(language) ? canonical(first) : null;
}

function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

/** Chinese and Japanese, where words have no blanks between them. */
function askedInEastAsia(sentence: string): string | null {
  if (!/\p{Script=Han}/u.test(sentence)) return null;
  if (DENIED_IN_EAST_ASIA.test(sentence) || CONDITION_IN_EAST_ASIA.test(sentence)) return null;
  const { names, eastAsian } = languageNames();
  for (const name of eastAsian) {
    const at = sentence.indexOf(name);
    if (at < 0) continue;
    const before = sentence.slice(Math.max(0, at - 4), at);
    const after = sentence.slice(at + name.length, at + name.length + 12);
    const isChinese = /[用以说說讲講]\s?$/u.test(before) && /[答复復应應说說讲講聊谈談话話流]|^$/u.test(after);
    const isJapanese = /^で/u.test(after) && /[答話返応対]|しゃべ/u.test(after);
    if (isChinese || isJapanese) return names.get(name) ?? null;
  }
  return null;
}

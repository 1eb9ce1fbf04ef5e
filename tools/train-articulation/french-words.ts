/** A dictionary of the aligner: phones of a word, also as `word(2)` for its second pronunciation; null for an unknown one. */
export type PhoneDictionary = {
  lookup_word(word: string): string | null;
  add_words(...words: [string, string][]): void;
};

/** Words of the prompts that the dictionary of SoundSwallower's French model has not got, by its phones. */
const MISSING_WORDS: Readonly<Record<string, string>> = {
  asterisk: 'aa ss tt ee rr ii ss kk',
  bip: 'bb ii pp',
  dièse: 'dd yy ai zz',
  désactiver: 'dd ei zz aa kk tt ii vv ei',
  désactivé: 'dd ei zz aa kk tt ii vv ei',
  réinitialiser: 'rr ei ii nn ii ss yy aa ll ii zz ei',
  veuillez: 'vv oe yy ei',
  éjecter: 'ei jj ai kk tt ei',
};
/** Pronunciations in it that are other words, or none. */
const WRONG_PRONUNCIATIONS: Readonly<Record<string, readonly string[]>> = {
  ce: ['ss ei ee'],
  du: ['dd ei uu'],
  est: ['ai ss tt', 'ai ss tt ee'],
  et: ['ai tt'],
  un: ['uu nn'],
};
const LIAISONS = new Set(['zz', 'tt', 'nn']);
const VOWEL = /^(aa|ai|an|au|ee|ei|eu|ii|in|oe|on|oo|ou|un|uu)\b/;

/** Whether the dictionary has the word, or can be taught it: “tentez” sounds as “tenter”. */
function knows(dictionary: PhoneDictionary, word: string): boolean {
  if (dictionary.lookup_word(word)) return true;
  const phones = MISSING_WORDS[word] ?? (word.endsWith('ez') && dictionary.lookup_word(word.replace(/z$/, 'r')));
  if (!phones) return false;
  dictionary.add_words([word, phones]);
  return true;
}

function pronunciationsOf(dictionary: PhoneDictionary, word: string): string[] {
  const found: string[] = [];
  for (
    let phones = dictionary.lookup_word(word);
    phones;
    phones = dictionary.lookup_word(`${word}(${found.length + 1})`)
  )
    found.push(phones);
  return found;
}

/** Without those that are wrong here: the z of “nous” is spoken before a vowel only. */
function pronunciationsBefore(next: string | null, word: string, all: readonly string[]): string[] {
  const isBeforeVowel = next !== null && VOWEL.test(next);
  return all.filter((phones) => {
    if (WRONG_PRONUNCIATIONS[word]?.includes(phones)) return false;
    const last = phones.slice(-2);
    const bare = phones.slice(0, -3);
    return isBeforeVowel || !LIAISONS.has(last) || !all.includes(bare);
  });
}

/**
 * Names of dictionary entries for words, which are added where words need entries of their own. Elided words that the
 * dictionary has not got whole are taken apart. Throws an error that names the words nobody knows.
 */
export function frenchEntries(words: readonly string[], dictionary: PhoneDictionary): string[] {
  const parts = words.flatMap((word) =>
    knows(dictionary, word) ? [word] : word.replaceAll("'", "' ").trim().split(' '),
  );
  const unknown = parts.filter((part) => !knows(dictionary, part));
  if (unknown.length > 0) throw new Error(`not in the dictionary: ${unknown.join(' ')}`);
  return parts.map((word, index) => {
    const following = parts[index + 1];
    const next = following === undefined ? null : dictionary.lookup_word(following);
    const all = pronunciationsOf(dictionary, word);
    const right = pronunciationsBefore(next, word, all);
    if (right.length === all.length) return word;
    const entry = `${word}|${right.map((phones) => all.indexOf(phones)).join('-')}`;
    if (!dictionary.lookup_word(entry)) {
      dictionary.add_words(
        ...right.map((phones, at): [string, string] => [at === 0 ? entry : `${entry}(${at + 1})`, phones]),
      );
    }
    return entry;
  });
}

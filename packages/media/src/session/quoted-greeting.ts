/** Words that announce how a talk is to begin, in small letters. */
const ANNOUNCEMENTS = [
  ...['greet', 'welcome', 'introduce yourself', 'begin', 'start', 'open', 'first message', 'first say', 'first words'],
  ...['opening', 'say hello', 'say hi', 'salut', 'bonjour', 'begrüß', 'saluda', 'bienvenid'],
  ...['问候', '打招呼', '欢迎', '开场', '首先说', '第一句', '挨拶'],
] as const;

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '«': '»', '「': '」', '『': '』', '„': '“' };

/** A greeting stands near the words that announce it, and is no essay. */
const MAX_DISTANCE_CHARACTERS = 80;
const MAX_GREETING_CHARACTERS = 600;
/** What of the instructions is looked at. */
const MAX_PROMPT_CHARACTERS = 40_000;
/** Ends a sentence: what was announced before it does not speak of what follows. */
const SENTENCE_ENDS = '.!?\n。！？';

/**
 * The greeting that instructions quote, as in `Please greet with "Hello, I am Ada."`; null when they quote none. One pass over
 * the text.
 */
export function quotedGreeting(prompt: string): string | null {
  const text = prompt.slice(0, MAX_PROMPT_CHARACTERS);
  let position = 0;
  while (position < text.length) {
    const closing = QUOTES[text[position] ?? ''];
    if (closing === undefined) {
      position += 1;
      continue;
    }
    const end = text.slice(position + 1, position + 2 + MAX_GREETING_CHARACTERS).indexOf(closing);
    if (end < 0) {
      position += 1;
      continue;
    }
    const quoted = text.slice(position + 1, position + 1 + end).trim();
    if (quoted !== '' && isAnnounced(text, position)) return quoted;
    position += end + 2;
  }
  return null;
}

function isAnnounced(text: string, quoteAt: number): boolean {
  let from = quoteAt;
  while (from > 0 && quoteAt - from < MAX_DISTANCE_CHARACTERS && !SENTENCE_ENDS.includes(text[from - 1] ?? ''))
    from -= 1;
  const before = text.slice(from, quoteAt).toLowerCase();
  return ANNOUNCEMENTS.some((word) => before.includes(word));
}

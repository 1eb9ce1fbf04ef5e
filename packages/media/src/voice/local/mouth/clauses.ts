/** A stretch of speech between two pauses: what the listener reads, what the engine is given, how long to pause after. */
export type Clause = { readonly text: string; readonly spoken: string; readonly pauseMs: number };

/** Names that the engine would read wrongly, and how to write them for it. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\bVisavis\b/gi, 'veezavee'],
  [/\bNavTalk\b/gi, 'nav talk'],
  [/\bOpenAI\b/gi, 'open A I'],
  [/\bElevenLabs\b/gi, 'eleven labs'],
  [/\bWebRTC\b/gi, 'web R T C'],
  [/\bWebSockets?\b/gi, 'web socket'],
  [/\bTypeScript\b/gi, 'type script'],
  [/\bJavaScript\b/gi, 'java script'],
  [/\bPostgreSQL\b/gi, 'post gress'],
  [/\bPocketSphinx\b/gi, 'pocket sfinks'],
  [/\beSpeak\b/gi, 'E speak'],
  [/\bGitHub\b/gi, 'git hub'],
  [/\bAPIs\b/g, 'A P eyes'],
  [/\bAPI\b/g, 'A P I'],
  [/\bURL\b/g, 'U R L'],
  [/\bGPU\b/g, 'G P U'],
  [/\bCPU\b/g, 'C P U'],
  [/\bSDK\b/g, 'S D K'],
  [/\bAI\b/g, 'A I'],
  [/\be\.g\.,?/gi, 'for example'],
  [/\bi\.e\.,?/gi, 'that is'],
  [/\betc\./gi, 'et cetera'],
  [/&/g, ' and '],
  [/%/g, ' percent'],
  [/\s[-–—]\s/g, ', '],
];

const ABBREVIATION = /(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|No|e\.g|i\.e|etc)|\b[A-Z])\.$/;
/** No abbreviation is longer than this. */
const ABBREVIATION_CHARACTERS = 8;
/** A later clause longer than this is cut at its punctuation. */
const LONG_CLAUSE_CHARACTERS = 90;
/** The first clause is kept about this short, so that the first sound comes soon. */
const FIRST_CLAUSE_CHARACTERS = 45;
const SHORTEST_CLAUSE_CHARACTERS = 8;
/** Nothing longer than this goes to an engine at once. */
const MAX_CLAUSE_CHARACTERS = 160;

const PAUSE_AFTER_SENTENCE_MS = 330;
const PAUSE_AFTER_SEMICOLON_MS = 230;
const PAUSE_AFTER_COMMA_MS = 150;
const PAUSE_WITHIN_PHRASE_MS = 30;
const PAUSE_AT_END_MS = 120;

const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Cuts a reply into clauses. Marks meant for the eye (Markdown, emoji) are left out; the words stay as written. */
export function splitIntoClauses(text: string): Clause[] {
  const pieces: string[] = [];
  for (const sentence of sentencesOf(readableText(text))) {
    const limit = pieces.length === 0 ? FIRST_CLAUSE_CHARACTERS : LONG_CLAUSE_CHARACTERS;
    pieces.push(...cutSentence(sentence, limit));
  }
  return pieces.map((piece, index) => ({
    text: piece,
    spoken: spokenText(piece),
    pauseMs: index === pieces.length - 1 ? PAUSE_AT_END_MS : pauseAfter(piece),
  }));
}

/** Text without Markdown, emoji, control characters and doubled spaces. */
export function readableText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/!?\[([^[\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|[-*+>])\s+/gm, '')
    .replace(/[*_`~#|]+/g, (marks) => (marks === '_' ? ' ' : ''))
    .replace(/\p{Extended_Pictographic}|\p{Emoji_Presentation}|\u{FE0F}|\u{200D}|\u{20E3}/gu, ' ')
    .replace(/([^\s.!?。！？…:;,])[ \t]*\n+/g, '$1. ')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const { segment, index } of sentenceSegmenter.segment(text)) {
    const end = index + segment.length;
    if (ABBREVIATION.test(segment.trimEnd().slice(-ABBREVIATION_CHARACTERS)) && end < text.length) continue;
    sentences.push(text.slice(start, end).trim());
    start = end;
  }
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

function cutSentence(sentence: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > (pieces.length === 0 ? limit : LONG_CLAUSE_CHARACTERS)) {
    const cut = cutPoint(rest, pieces.length === 0 ? limit : LONG_CLAUSE_CHARACTERS);
    if (cut === null) break;
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  pieces.push(rest);
  return pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}

/** Where to cut: punctuation first, then before a joining word, at last any space. Null keeps the sentence whole. */
function cutPoint(text: string, limit: number): number | null {
  // Nothing beyond the longest clause is ever a place to cut, with the character behind it that shows a stop.
  const near = text.slice(0, MAX_CLAUSE_CHARACTERS + 1);
  const stops = [...near.matchAll(/[,;:](?=\s)|\s[-–—]\s|[，；、：]/g)].map((match) => match.index + match[0].length);
  const usable = stops.filter(
    (stop) => stop >= SHORTEST_CLAUSE_CHARACTERS && text.length - stop >= SHORTEST_CLAUSE_CHARACTERS,
  );
  const stop = usable.findLast((place) => place <= limit) ?? usable[0];
  if (stop !== undefined && stop <= MAX_CLAUSE_CHARACTERS) return stop;
  if (text.length <= MAX_CLAUSE_CHARACTERS / 2) return null;
  const joins = [...near.matchAll(/\s(?=(?:and|but|because|which|so|or|while|when|where|if|that)\s)/gi)].map(
    (match) => match.index,
  );
  const join = joins.findLast((place) => place >= 20 && place <= LONG_CLAUSE_CHARACTERS && text.length - place >= 12);
  if (join !== undefined) return join;
  if (text.length <= MAX_CLAUSE_CHARACTERS) return null;
  const space = text.lastIndexOf(' ', LONG_CLAUSE_CHARACTERS);
  return space > SHORTEST_CLAUSE_CHARACTERS ? space : LONG_CLAUSE_CHARACTERS;
}

function pauseAfter(piece: string): number {
  if (/[.!?。！？…]["'”’)\]]*$/.test(piece)) return PAUSE_AFTER_SENTENCE_MS;
  if (/[;:；：–—-]$/.test(piece)) return PAUSE_AFTER_SEMICOLON_MS;
  if (/[,，、]$/.test(piece)) return PAUSE_AFTER_COMMA_MS;
  return PAUSE_WITHIN_PHRASE_MS;
}

/** Plain words for the engine: names spelled as they sound, addresses read out, typographic marks made simple. */
export function spokenText(text: string): string {
  let spoken = text
    .replace(/[‘’‛]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/…/g, '...')
    .replace(/https?:\/\/(?:www\.)?([^\s/]+)\S*/gi, (_, host: string) => host.replaceAll('.', ' dot '));
  for (const [pattern, replacement] of SPELLINGS) spoken = spoken.replace(pattern, replacement);
  return spoken.replace(/\s+/g, ' ').trim();
}

/** The engine for English knows ASCII only: letters lose their accents, anything else becomes a space. */
export function asciiText(text: string): string {
  return text
    .replace(/ß/g, 'ss')
    .replace(/[æÆ]/g, 'ae')
    .replace(/[øØ]/g, 'o')
    .replace(/€/g, ' euros ')
    .replace(/£/g, ' pounds ')
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/["*<>{}|\\^`~_]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

import entries from './knowledge.json' with { type: 'json' };
import { bestIn, indexOf } from './look-up.ts';
import type { Skill, Thought } from './thought.ts';
import { contentStems, isQuestion } from './words.ts';

const ANSWERS = new Map(entries.map((entry) => [entry.id, entry.answer]));
const INDEX = indexOf(entries.map(({ id, ask, answer }) => ({ id, title: ask, body: answer })));

/** Words that are about this platform even where no question is asked. */
const OWN_WORDS = new Set(
  [
    'visavis',
    'navtalk',
    'webrtc',
    'avatar',
    'avatars',
    'provider',
    'providers',
    'licence',
    'license',
    'elevenlabs',
    'openai',
  ].flatMap(contentStems),
);
const MAX_TOLD_ENTRIES = 20;
const TELL_MORE = /\b(?:tell me more|what else|go on|more about (?:it|that)|anything else|continue)\b/i;

/** Answers about the platform from the entries that come with the package. */
export const tellKnowledge: Skill = (thought) => {
  const spoken = withoutOwnName(heardAsMeant(thought.words));
  if (TELL_MORE.test(spoken)) return tellMore(thought);
  if (!isQuestion(spoken) && !contentStems(spoken).some((stem) => OWN_WORDS.has(stem))) return null;
  const found = bestIn(INDEX, spoken, { minimumShare: 0.5 });
  return found === null ? null : tell(thought, found);
};

/** "Visavis" says nothing in a question about it, unless it is all that is asked about. */
function withoutOwnName(words: string): string {
  const others = words.replace(/\bVisavis\b/gi, ' ').trim();
  return contentStems(others).length > 0 ? others : words;
}

/** The recogniser has never heard of these names; this is what it makes of them. */
function heardAsMeant(words: string): string {
  return words
    .replace(/\b(?:vis[- ]?(?:a|à)[- ]?vis|visa vis|visa viz|these are these|v\.? ?s\.? ?a ?vis|visavi)\b/gi, 'Visavis')
    .replace(/\b(?:nav(?:e|al|y)?|nap|knave)[- ]talks?\b/gi, 'NavTalk')
    .replace(/\bopen (?:a ?i|eye)\b/gi, 'OpenAI')
    .replace(/\beleven labs?\b/gi, 'ElevenLabs')
    .replace(/\bweb r ?t ?c\b/gi, 'WebRTC');
}

function tellMore(thought: Thought): string | null {
  const last = thought.state.toldEntries.at(-1);
  if (last === undefined) return null;
  const after = entries.findIndex((entry) => entry.id === last) + 1;
  const next = [...entries.slice(after), ...entries].find((entry) => !thought.state.toldEntries.includes(entry.id));
  return next === undefined ? 'That is all that I know about it.' : tell(thought, next.id);
}

function tell(thought: Thought, id: string): string | null {
  const toldEntries = [...thought.state.toldEntries.filter((told) => told !== id), id].slice(-MAX_TOLD_ENTRIES);
  thought.state = { ...thought.state, toldEntries };
  return ANSWERS.get(id) ?? null;
}

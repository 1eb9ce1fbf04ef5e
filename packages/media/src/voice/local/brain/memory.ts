import { newestWithin } from '../../../core/newest-within.ts';
import type { HistoryItem } from '../../../core/voice-port.ts';

/** One thing said. Replies carry their turn id, so that an interruption can cut them to what was heard. */
export type RememberedItem = HistoryItem & { readonly turnId?: string };

/** Everything the brain knows of a talk. Plain data: the brain's functions take one and return the next. */
export type BrainState = {
  readonly items: readonly RememberedItem[];
  readonly userName: string | null;
  /** What the user has talked about, newest last. */
  readonly topics: readonly string[];
  readonly hasGreeted: boolean;
  /** Wordings used lately, newest last; none of them is used again soon. */
  readonly recentWordings: readonly string[];
  /** Knowledge entries told so far, newest last. */
  readonly toldEntries: readonly string[];
  readonly replyCount: number;
};

/** Of all remembered items together. */
const MOST = { count: 200, characters: 200_000 };
const MAX_TOPICS = 12;

export const NEW_BRAIN: BrainState = Object.freeze({
  items: [],
  userName: null,
  topics: [],
  hasGreeted: false,
  recentWordings: [],
  toldEntries: [],
  replyCount: 0,
});

/** The newest items are kept, as many as the brain has room for; what is older is forgotten. */
export function remember(state: BrainState, items: readonly RememberedItem[]): BrainState {
  return { ...state, items: newestWithin([...state.items, ...items], MOST, ({ text }) => text.length) };
}

/** Turns of an earlier talk. Its names and topics come back to mind; a talk that goes on needs no second greeting. */
export function rememberHistory(state: BrainState, history: readonly HistoryItem[]): BrainState {
  let next = remember(state, history);
  for (const item of history) {
    if (item.role === 'user') next = noticeName(next, item.text);
    if (item.role === 'assistant') next = { ...next, hasGreeted: true };
  }
  return next;
}

/** What is said of a reply, after what was said of it already. */
export function rememberSpoken(state: BrainState, turnId: string, text: string): BrainState {
  const last = state.items.at(-1);
  if (last?.turnId !== turnId) return remember(state, [{ role: 'assistant', text, turnId }]);
  return { ...state, items: [...state.items.slice(0, -1), { ...last, text: last.text + text }] };
}

/** The listener got only `heardText` of this reply: the rest was never said. */
export function keepOnlyHeard(state: BrainState, turnId: string, heardText: string): BrainState {
  const heard = heardText.trim();
  const items = state.items.flatMap((item) => {
    if (item.turnId !== turnId) return [item];
    return heard === '' ? [] : [{ ...item, text: heard }];
  });
  return { ...state, items };
}

const NAME_INTRODUCTIONS = [
  /\bmy name(?:'s| is)\s+(\p{L}[\p{L}'-]+)/iu,
  /\b(?:please )?call me\s+(\p{L}[\p{L}'-]+)/iu,
  /\b(?:i am|i'm)\s+(?:called|named)\s+(\p{L}[\p{L}'-]+)/iu,
  /\b(?:[Ii] am|[Ii]'m|[Tt]his is) (\p{Lu}\p{Ll}+)(?: \p{Lu}\p{Ll}+)*(?=[\s.,!]*$|[,.]? (?:and|from|nice)\b)/u,
];
const NOT_NAMES = new Set(
  'a an the not so very really here back later maybe what your my in on at for from just'.split(' '),
);

export function noticeName(state: BrainState, text: string): BrainState {
  for (const pattern of NAME_INTRODUCTIONS) {
    const name = pattern.exec(text.replaceAll('’', "'"))?.[1];
    if (name === undefined || NOT_NAMES.has(name.toLowerCase())) continue;
    return { ...state, userName: name.charAt(0).toUpperCase() + name.slice(1) };
  }
  return state;
}

export function noticeTopic(state: BrainState, topic: string): BrainState {
  if (topic === '') return state;
  return { ...state, topics: [...state.topics.filter((known) => known !== topic), topic].slice(-MAX_TOPICS) };
}

export function lastSaid(state: BrainState, role: HistoryItem['role']): string | null {
  return state.items.findLast((item) => item.role === role)?.text ?? null;
}

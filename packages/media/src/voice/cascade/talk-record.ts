import { newestWithin } from '../../core/newest-within.ts';
import type { HistoryItem } from '../../core/voice-port.ts';
import type { ToolCall } from './thinker.ts';

/** What happened in a talk, in order, as a language model is told of it. */
export type RecordedItem =
  | { readonly kind: 'user'; readonly text: string; readonly pictures: readonly string[] }
  | { readonly kind: 'assistant'; readonly text: string; readonly turnId: string }
  | { readonly kind: 'system'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly turnId: string;
      readonly call: ToolCall;
      /** Null until there is one. */
      readonly outcome: string | null;
    };

/** Plain data: each function takes one and returns the next. */
export type TalkRecord = readonly RecordedItem[];

/** Of all items together, pictures aside. */
const MOST = { count: 200, characters: 60_000 };
/** Of a tool's result. */
const MAX_OUTCOME_CHARACTERS = 20_000;
/** The newest ones; each costs as much as hundreds of words. */
const MAX_PICTURES = 3;

/** The newest items are kept; what is older is forgotten. */
export function record(talk: TalkRecord, ...items: readonly RecordedItem[]): TalkRecord {
  return withFewPictures(newestWithin([...talk, ...items], MOST, charactersOf));
}

export function recordHistory(talk: TalkRecord, history: readonly HistoryItem[]): TalkRecord {
  const items = history.map(({ role, text }): RecordedItem => {
    if (role === 'user') return { kind: 'user', text, pictures: [] };
    return role === 'assistant' ? { kind: 'assistant', text, turnId: '' } : { kind: 'system', text };
  });
  return record(talk, ...items);
}

/** What is said of a reply, after what was said of it already. */
export function recordSpoken(talk: TalkRecord, turnId: string, text: string): TalkRecord {
  const last = talk.at(-1);
  if (last?.kind !== 'assistant' || last.turnId !== turnId) return record(talk, { kind: 'assistant', text, turnId });
  return [...talk.slice(0, -1), { ...last, text: last.text + text }];
}

/** The listener got only `heardText` of this reply: the rest was never said. */
export function keepHeard(talk: TalkRecord, turnId: string, heardText: string): TalkRecord {
  const heard = heardText.trim();
  const first = talk.findIndex((item) => item.kind === 'assistant' && item.turnId === turnId);
  return talk.flatMap((item, index) => {
    if (item.kind !== 'assistant' || item.turnId !== turnId) return [item];
    return index === first && heard !== '' ? [{ ...item, text: heard }] : [];
  });
}

export function recordOutcome(talk: TalkRecord, callId: string, output: string): TalkRecord {
  return talk.map((item) =>
    item.kind === 'call' && item.call.callId === callId
      ? { ...item, outcome: output.slice(0, MAX_OUTCOME_CHARACTERS) }
      : item,
  );
}

function charactersOf(item: RecordedItem): number {
  if (item.kind !== 'call') return item.text.length;
  return item.call.argumentsJson.length + (item.outcome?.length ?? 0);
}

function withFewPictures(talk: TalkRecord): TalkRecord {
  let left = MAX_PICTURES;
  return talk
    .toReversed()
    .map((item) => {
      if (item.kind !== 'user' || item.pictures.length === 0) return item;
      const kept = left === 0 ? [] : item.pictures.slice(-left);
      left -= kept.length;
      return { ...item, pictures: kept };
    })
    .toReversed();
}

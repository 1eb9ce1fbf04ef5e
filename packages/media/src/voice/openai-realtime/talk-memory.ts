import { newestWithin } from '../../core/newest-within.ts';
import type { HistoryItem } from '../../core/voice-port.ts';
import type { ConversationItem } from './wire-messages.ts';

/** What was said and shown, kept so that a new connection can be told. */
export type MemoryItem =
  | {
      readonly kind: 'message';
      readonly role: HistoryItem['role'];
      /** Empty until the words are known; such an item only keeps the place. */
      readonly text: string;
      /** The user's item or the reply's turn, by which the text is filled in or cut. */
      readonly key: string | null;
    }
  | { readonly kind: 'picture'; readonly itemId: string; readonly dataUrl: string }
  | { readonly kind: 'tool-call'; readonly callId: string; readonly name: string; readonly argumentsJson: string }
  | { readonly kind: 'tool-result'; readonly callId: string; readonly output: string };

export type Memory = readonly MemoryItem[];

/** Of what is kept, pictures left out: twice what is ever told again, so that words may still be filled in or cut. */
const MOST = { count: 300, characters: 120_000 };
/** About 15,000 tokens, half of what the smaller models can hold. */
const MAX_REPLAYED_CHARACTERS = 60_000;
/** Pictures are dear in tokens, and the user means the latest. */
const MAX_PICTURES = 3;

/** The newest items are kept, by number and by length; what is older is forgotten. */
export function remember(memory: Memory, ...items: readonly MemoryItem[]): Memory {
  return withinBounds([...memory, ...items]);
}

function withinBounds(memory: Memory): Memory {
  return newestWithin(memory, MOST, lengthOf);
}

/** Sets the words of the message with this key, or adds the message at the end. */
export function setWords(memory: Memory, role: HistoryItem['role'], key: string, text: string): Memory {
  const isHere = memory.some((item) => item.kind === 'message' && item.key === key);
  if (!isHere) return remember(memory, { kind: 'message', role, text, key });
  return withinBounds(memory.map((item) => (item.kind === 'message' && item.key === key ? { ...item, text } : item)));
}

/** Forgets all but the latest pictures; also gives the items that the service should forget. */
export function forgetOldPictures(memory: Memory): { readonly memory: Memory; readonly forgotten: readonly string[] } {
  const pictures = memory.flatMap((item) => (item.kind === 'picture' ? [item.itemId] : []));
  const forgotten = pictures.slice(0, -MAX_PICTURES);
  if (forgotten.length === 0) return { memory, forgotten };
  return { memory: memory.filter((item) => item.kind !== 'picture' || !forgotten.includes(item.itemId)), forgotten };
}

/** The latest part of the talk, as items for a new connection. */
export function replayItems(memory: Memory): ConversationItem[] {
  const kept = newestWithin(memory, { ...MOST, characters: MAX_REPLAYED_CHARACTERS }, lengthOf);
  const calls = new Set(kept.flatMap((item) => (item.kind === 'tool-call' ? [item.callId] : [])));
  return kept
    .filter((item) => (item.kind === 'message' ? item.text !== '' : true))
    .filter((item) => item.kind !== 'tool-result' || calls.has(item.callId))
    .map(toConversationItem);
}

export function toConversationItem(item: MemoryItem): ConversationItem {
  switch (item.kind) {
    case 'message': {
      const type = item.role === 'assistant' ? 'output_text' : 'input_text';
      return { type: 'message', role: item.role, content: [{ type, text: item.text }] };
    }
    case 'picture':
      return {
        id: item.itemId,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_image', image_url: item.dataUrl }],
      };
    case 'tool-call':
      return { type: 'function_call', call_id: item.callId, name: item.name, arguments: item.argumentsJson };
    case 'tool-result':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
  }
}

function lengthOf(item: MemoryItem): number {
  if (item.kind === 'message') return item.text.length;
  if (item.kind === 'tool-call') return item.argumentsJson.length;
  return item.kind === 'tool-result' ? item.output.length : 0;
}

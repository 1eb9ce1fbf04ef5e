import { newestWithin } from '../../core/newest-within.ts';
import type { HistoryItem } from '../../core/voice-port.ts';
import type { Content } from './wire-messages.ts';

/** What was said and done, kept so that a new connection can be told. */
type MemoryItem = {
  /** Counts up: whatever a handle to resume by stands for is below a number. */
  readonly number: number;
  readonly role: HistoryItem['role'];
  readonly text: string;
  /** The user's item or the reply's turn, by which the text is filled in or cut. */
  readonly key: string | null;
  /** The service knows it: it was told, or it said or heard it itself. */
  readonly isTold: boolean;
};

export type Memory = { readonly items: readonly MemoryItem[]; readonly nextNumber: number };

export const NO_MEMORY: Memory = { items: [], nextNumber: 1 };

/** About 15,000 tokens. */
const MOST = { count: 300, characters: 60_000 };

type NewItem = Omit<MemoryItem, 'number'>;

/** The newest items are kept, by number and by length; what is older is forgotten. */
export function remember({ items, nextNumber }: Memory, ...added: readonly NewItem[]): Memory {
  const numbered = added.map((item, index) => ({ ...item, number: nextNumber + index }));
  return { items: withinBounds([...items, ...numbered]), nextNumber: nextNumber + added.length };
}

/** Sets the words of the message with this key, or adds it at the end. The service has said or heard them itself. */
export function setWords(memory: Memory, role: HistoryItem['role'], key: string, text: string): Memory {
  if (!memory.items.some((item) => item.key === key)) return remember(memory, { role, key, text, isTold: true });
  const items = memory.items.map((item) => (item.key === key ? { ...item, text } : item));
  return { ...memory, items: withinBounds(items) };
}

export function wordsOf(memory: Memory, key: string): string | null {
  return memory.items.find((item) => item.key === key)?.text ?? null;
}

/** A new connection knows what came before `knownBefore` only. */
export function forgetTold(memory: Memory, knownBefore: number): Memory {
  return { ...memory, items: memory.items.map((item) => ({ ...item, isTold: item.number < knownBefore })) };
}

/** What the service has not been told, and the memory in which it has. */
export function tellRest(memory: Memory): { readonly memory: Memory; readonly contents: readonly Content[] } {
  const contents = memory.items.filter(({ isTold, text }) => !isTold && text !== '').map(toContent);
  return { memory: { ...memory, items: memory.items.map((item) => ({ ...item, isTold: true })) }, contents };
}

export function note(text: string): Content {
  return { role: 'user', parts: [{ text: `[${text}]` }] };
}

function toContent({ role, text }: MemoryItem): Content {
  if (role === 'system') return note(text);
  return { role: role === 'assistant' ? 'model' : 'user', parts: [{ text }] };
}

function withinBounds(items: readonly MemoryItem[]): readonly MemoryItem[] {
  return newestWithin(items, MOST, ({ text }) => text.length);
}

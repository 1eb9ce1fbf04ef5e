import type { BrainMessage } from '../core/machine-brain.ts';
import type { ChatFunctionCall, ChatHistoryItem } from './llama-runtime.ts';

/** The talk as the runtime is told of it: calls, their outcome and what is said around them are one answer of the model. */
export function chatHistoryOf(messages: readonly BrainMessage[]): ChatHistoryItem[] {
  const items: ChatHistoryItem[] = [];
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'user') {
      items.push({ type: message.role, text: message.text });
      continue;
    }
    const said = message.role === 'call' ? callOf(message) : message.text;
    const last = items.at(-1);
    if (last?.type === 'model') items[items.length - 1] = { type: 'model', response: [...last.response, said] };
    else items.push({ type: 'model', response: [said] });
  }
  return items;
}

function callOf({ name, argumentsJson, outcome }: Extract<BrainMessage, { role: 'call' }>): ChatFunctionCall {
  return { type: 'functionCall', name, params: parsed(argumentsJson), result: outcome };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/**
 * What of a talk a model has room for: what comes first (`system`) and the newest. Older messages go in blocks of half the room, so
 * that the beginning stays the same for many turns, and what was read of it need not be read again.
 */
export function fittingMessages(
  messages: readonly BrainMessage[],
  roomTokens: number,
  tokensOf: (text: string) => number,
): readonly BrainMessage[] {
  const [first, ...talk] = messages;
  if (first === undefined) return [];
  const sizes = talk.map((message) => tokensOf(textOf(message)) + TOKENS_AROUND_MESSAGE);
  const room = Math.max(0, roomTokens - tokensOf(textOf(first)) - TOKENS_AROUND_MESSAGE);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (whole <= room) return messages;
  const blockTokens = Math.max(1, room / 2);
  const leastDropped = Math.ceil((whole - room) / blockTokens) * blockTokens;
  let dropped = 0;
  const begin = sizes.findIndex((size) => {
    dropped += size;
    return dropped >= leastDropped;
  });
  // A talk begins with its user, and what was said last is never left out.
  const later = talk.findIndex(({ role }, index) => index > begin && role === 'user');
  return [first, ...talk.slice(begin < 0 || later < 0 ? talk.findLastIndex(({ role }) => role === 'user') : later)];
}

/** Marks of who speaks. */
const TOKENS_AROUND_MESSAGE = 8;

function textOf(message: BrainMessage): string {
  return message.role === 'call' ? `${message.name} ${message.argumentsJson} ${message.outcome}` : message.text;
}

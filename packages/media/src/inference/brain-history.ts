import type { BrainMessage } from '../core/machine-brain.ts';
import { parsedArguments } from '../core/parsed-arguments.ts';
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
  return { type: 'functionCall', name, params: parsedArguments(argumentsJson), result: outcome };
}

/** Of the room: one message, or what a tool said. */
const MESSAGE_SHARE = 1 / 4;
/** Of the room: the last question and what tools said to it, where the prompt wants the rest. */
const TALK_SHARE = 3 / 4;
/** Of the room, for the whole of an answer: descriptions of tools. */
const TOOLS_SHARE = 1 / 2;
/** Marks of who speaks. */
const TOKENS_AROUND_MESSAGE = 8;

type TokensOf = (text: string) => number;

/**
 * What of a talk a model has room for: what comes first (`system`) and the newest. Older messages go in blocks of half the room, so
 * that the beginning stays the same for many turns, and what was read of it need not be read again. What is too long by itself loses
 * its end: outcomes of tools and messages first, the prompt last.
 */
export function fittingMessages(
  messages: readonly BrainMessage[],
  roomTokens: number,
  tokensOf: TokensOf,
): readonly BrainMessage[] {
  const [first, ...whole] = messages;
  if (first === undefined) return [];
  const room = Math.max(0, roomTokens);
  const talk = whole.map((message) => shortened(message, room * MESSAGE_SHARE, tokensOf));
  const kept = newestOf(talk, Math.max(0, room - sizeOf(first, tokensOf)), tokensOf);
  const mostOfTalk = room * TALK_SHARE;
  const isTooLong = sumOf(kept, tokensOf) > Math.max(mostOfTalk, room - sizeOf(first, tokensOf));
  const cut = isTooLong ? kept.map((message) => shortened(message, mostOfTalk / kept.length, tokensOf)) : kept;
  return [shortened(first, room - sumOf(cut, tokensOf), tokensOf), ...cut];
}

/** Those tools of a talk, in their order, whose descriptions leave room for it. */
export function fittingTools<Tool>(
  tools: Readonly<Record<string, Tool>>,
  roomTokens: number,
  tokensOf: TokensOf,
): Readonly<Record<string, Tool>> {
  let left = roomTokens * TOOLS_SHARE;
  return Object.fromEntries(
    Object.entries(tools).filter(([name, tool]) => {
      const size = tokensOf(JSON.stringify({ [name]: tool }));
      if (size > left) return false;
      left -= size;
      return true;
    }),
  );
}

function newestOf(talk: readonly BrainMessage[], room: number, tokensOf: TokensOf): readonly BrainMessage[] {
  const sizes = talk.map((message) => sizeOf(message, tokensOf));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (whole <= room) return talk;
  const blockTokens = Math.max(1, room / 2);
  const leastDropped = Math.ceil((whole - room) / blockTokens) * blockTokens;
  let dropped = 0;
  const begin = sizes.findIndex((size) => {
    dropped += size;
    return dropped >= leastDropped;
  });
  // A talk begins with its user, and what was said last is never left out.
  const later = talk.findIndex(({ role }, index) => index > begin && role === 'user');
  return talk.slice(begin < 0 || later < 0 ? talk.findLastIndex(({ role }) => role === 'user') : later);
}

/** A message that takes no more than this, as far as its text and outcome can be cut. */
function shortened(message: BrainMessage, roomTokens: number, tokensOf: TokensOf): BrainMessage {
  if (sizeOf(message, tokensOf) <= roomTokens) return message;
  if (message.role !== 'call')
    return { ...message, text: cutTo(message.text, roomTokens - TOKENS_AROUND_MESSAGE, tokensOf) };
  const around = sizeOf({ ...message, outcome: '' }, tokensOf);
  return { ...message, outcome: cutTo(message.outcome, roomTokens - around, tokensOf) };
}

function cutTo(text: string, roomTokens: number, tokensOf: TokensOf): string {
  let cut = text;
  for (let size = tokensOf(cut); cut !== '' && size > roomTokens; size = tokensOf(cut)) {
    // Tokens differ in length: what is left may be a little too long once more.
    cut = cut.slice(0, Math.min(cut.length - 1, Math.floor((cut.length * Math.max(0, roomTokens)) / size)));
  }
  // Not half of a character.
  return cut.replace(/[\uD800-\uDBFF]$/, '');
}

function sumOf(messages: readonly BrainMessage[], tokensOf: TokensOf): number {
  return messages.reduce((sum, message) => sum + sizeOf(message, tokensOf), 0);
}

function sizeOf(message: BrainMessage, tokensOf: TokensOf): number {
  const text = message.role === 'call' ? `${message.name} ${message.argumentsJson} ${message.outcome}` : message.text;
  return tokensOf(text) + TOKENS_AROUND_MESSAGE;
}

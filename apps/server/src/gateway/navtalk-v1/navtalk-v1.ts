import { ERROR_CODES, endEvent, LIMITS, type ServerMessage } from '@visavis/protocol';
import type { Step } from '@visavis/protocol/reducer-shell';
import { type ParseResult, parseClientMessage } from '@visavis/protocol/schemas';
import { readConnect } from '../navtalk-v2/read-connect.ts';
import { readSound } from '../navtalk-v2/read-sound.ts';
import { reduce as reduceV2 } from '../navtalk-v2/reduce.ts';
import { waitingBytes } from '../navtalk-v2/reduce-client.ts';
import { placing, type V2Effect, type V2State, type V2Timer } from '../navtalk-v2/state.ts';
import type { WireEffect, WireInput, WireProtocol } from '../wire/wire-protocol.ts';
import { parseSignal } from './parse-signal.ts';
import { type ReplyWords, toSignal, toV1, type V1Message } from './to-v1.ts';

export const REALTIME_V1_PATHS = ['/api/realtime-api', '/realtime-api'] as const;

/** The talk is that of the second protocol; what is told of it is said in the words of the first. */
type V1State = { readonly talk: V2State; readonly words: readonly ReplyWords[] };
type V1Effect = WireEffect<V1Message, V2Timer>;

/**
 * NavTalk's first protocol. Its clients have two sockets: this one, and one for signalling (`signalling-desk.ts`), over which the
 * picture comes.
 */
export const NAVTALK_V1: WireProtocol<V1State, V1Message, V2Timer> = {
  paths: REALTIME_V1_PATHS,
  // Extensions belong to the second protocol.
  readConnect: (query, headers) => ({ ...readConnect(query, headers), extensions: false }),
  decode,
  readSound,
  decodeAside: parseSignal,
  encode: JSON.stringify,
  initialState: () => ({ talk: placing({ extensions: false }), words: [] }),
  reduce,
  waitingBytes: ({ talk }) => waitingBytes(talk),
};

/**
 * A result of a tool is answered by itself: one client asks for no reply. The others ask right behind it, when it is being answered
 * already, which changes nothing.
 */
function decode(frame: string | Uint8Array): ParseResult {
  const result = parseClientMessage(frame);
  if (!result.ok || result.message.type !== 'tool-result') return result;
  return { ok: true, message: { ...result.message, reply: true } };
}

function reduce(state: V1State, input: WireInput<V2Timer>): Step<V1State, V1Effect> {
  const step = reduceV2(state.talk, input);
  const sessionId = 'settings' in step.state ? step.state.settings.sessionId : '';
  let { words } = state;
  const effects: V1Effect[] = [];
  for (const effect of step.effects) {
    if (effect.type !== 'send') {
      effects.push(effect);
      continue;
    }
    words = note(words, effect.message);
    effects.push(...tell(effect, words, sessionId));
    words = forget(words, effect.message);
  }
  return { state: { talk: step.state, words }, effects };
}

function tell(
  { message, isSound = false }: Extract<V2Effect, { type: 'send' }>,
  words: readonly ReplyWords[],
  sessionId: string,
): V1Effect[] {
  if (isRepeatedEnd(message)) return [];
  const signal = toSignal(message, sessionId);
  if (signal !== null) return [{ type: 'send-aside', text: JSON.stringify(signal) }];
  return toV1(message, words).map((told) => ({ type: 'send', message: told, isSound }));
}

function note(words: readonly ReplyWords[], message: ServerMessage): readonly ReplyWords[] {
  if (message.type !== 'realtime.response.audio_transcript.done') return words;
  const { id: turnId, content: text } = message.data;
  return [...words.filter((reply) => reply.turnId !== turnId), { turnId, text }].slice(-LIMITS.counts.openReplies);
}

function forget(words: readonly ReplyWords[], message: ServerMessage): readonly ReplyWords[] {
  if (message.type !== 'realtime.response.audio.done') return words;
  return words.filter(({ turnId }) => turnId !== message.data.id);
}

/** An end that is told twice, for clients of the second protocol that know its own event only. */
function isRepeatedEnd(message: ServerMessage): boolean {
  if (message.type !== 'conversation.connected.fail') return false;
  const code = ERROR_CODES.find((known) => known === message.data.code);
  return code !== undefined && endEvent(code).eventType !== message.type;
}

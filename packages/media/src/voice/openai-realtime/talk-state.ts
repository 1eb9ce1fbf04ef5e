import type { VoiceConfig } from '../../core/voice-port.ts';
import { tooManyReplies } from '../shared/voice-failures.ts';
import { type WireStep, wireSteps } from '../shared/wire-steps.ts';
import type { WireOptions } from './session-settings.ts';
import type { Memory } from './talk-memory.ts';
import type { ClientMessage, ResponseSettings } from './wire-messages.ts';

/** Sound of one item of a reply; a reply has more than one when the model speaks before and after it thinks. */
export type SpokenItem = { readonly itemId: string; readonly contentIndex: number; readonly audioMs: number };

export type Reply = {
  readonly turnId: string;
  /** How it is asked for; null when the service answers of its own accord. */
  readonly request: ResponseSettings | null;
  /**
   * `waiting`: another reply must end first, since a conversation has one at a time. `asked`: the service has not begun.
   * `done`: generated, maybe still being played, so that it may yet be truncated.
   */
  readonly phase: 'waiting' | 'asked' | 'generating' | 'done';
  /** Of the `response.create` that asked. */
  readonly eventId: string | null;
  readonly responseId: string | null;
  /** Not told to the session any more: interrupted, or given up. */
  readonly isCancelled: boolean;
  /** The service should have answered by itself; the session learns of this reply when it begins. */
  readonly isOwn: boolean;
  /** How often it was asked for. */
  readonly asks: number;
  /** The service has refused something without a word what; this request may be it. */
  readonly isSuspect: boolean;
  /** Messages that belong to it so far. */
  readonly progress: number;
  readonly spoken: readonly SpokenItem[];
  readonly calls: Readonly<Record<string, { readonly callId: string; readonly name: string }>>;
  readonly text: string;
};

export type TalkState = {
  readonly config: VoiceConfig;
  readonly options: WireOptions;
  readonly memory: Memory;
  readonly replies: readonly Reply[];
  /** Counts the connections of this talk: identifiers of the service are unique within one only. */
  readonly connection: number;
  readonly nextId: number;
  /** The service has spoken on this connection, so its voice is fixed. */
  readonly hasSpoken: boolean;
  /** The service gives our metadata back, so a reply without it is the service's own. */
  readonly echoesMetadata: boolean;
  /** The client ended its turn itself; an answer is asked for once the service has taken the sound. */
  readonly isCommitting: boolean;
  /** Sound that the service was sent since the last turn that the client ended. */
  readonly uncommittedMs: number;
  /** What the user is saying now. */
  readonly hearing: { readonly itemId: string; readonly startMs: number } | null;
  /** Items that the service has been told and has not confirmed, the oldest first. */
  readonly sentItems: readonly SentItem[];
  /** Settings sent and not confirmed, with those that hold if they are refused. */
  readonly sentSettings: readonly { readonly eventId: string; readonly before: VoiceConfig }[];
  /** Items of the user whose words have not been told yet. */
  readonly awaitedWords: readonly string[];
  /** The item of the user that the service should answer of its own accord; its words are known if `hasWords`. */
  readonly awaitedAnswer: { readonly itemId: string; readonly hasWords: boolean } | null;
  /** What this service is known to do, learned as the talk goes on: some that imitate OpenAI leave it out. */
  readonly confirms: Readonly<Record<'settings' | 'items' | 'words', 'unknown' | 'yes' | 'no'>>;
};

/** `kind` is by what its confirmation is recognised. */
type SentItem = { readonly eventId: string; readonly kind: string };

/** What follows from an input or a message: the next state, what the service is told, and what the session is told. */
export type Step = WireStep<TalkState, ClientMessage>;

/** Replies that may wait for the one being generated; more are refused. */
const MAX_WAITING_REPLIES = 8;
/** Generated replies that may still be playing. */
const MAX_DONE_REPLIES = 12;

export function newTalk(config: VoiceConfig, options: WireOptions): TalkState {
  return {
    config,
    options,
    memory: [],
    replies: [],
    connection: 0,
    nextId: 1,
    hasSpoken: false,
    echoesMetadata: false,
    isCommitting: false,
    uncommittedMs: 0,
    hearing: null,
    sentItems: [],
    sentSettings: [],
    awaitedWords: [],
    awaitedAnswer: null,
    confirms: { settings: 'unknown', items: 'unknown', words: 'unknown' },
  };
}

export const { step, andThen } = wireSteps<TalkState, ClientMessage>();

export function newReply(turnId: string, request: ResponseSettings | null): Reply {
  return {
    turnId,
    request,
    phase: 'waiting',
    eventId: null,
    responseId: null,
    isCancelled: false,
    isOwn: false,
    asks: 0,
    isSuspect: false,
    progress: 0,
    spoken: [],
    calls: {},
    text: '',
  };
}

export function changeReply(state: TalkState, turnId: string, change: Partial<Reply>): TalkState {
  const replies = state.replies.map((reply) => (reply.turnId === turnId ? { ...reply, ...change } : reply));
  return { ...state, replies };
}

export function addReply(state: TalkState, reply: Reply): Step {
  if (state.replies.filter(({ phase }) => phase === 'waiting').length >= MAX_WAITING_REPLIES) {
    return step(state, [], tooManyReplies(reply.turnId));
  }
  return askNext({ ...state, replies: [...state.replies, reply] });
}

/** Asks for an answer that the service should have begun by itself. */
export function askOwn(state: TalkState): Step {
  const turnId = `reply_${state.connection}_asked_${state.nextId}`;
  return addReply({ ...state, awaitedAnswer: null }, { ...newReply(turnId, {}), isOwn: true });
}

/** Asks for the first waiting reply, unless the service is busy with another one. */
export function askNext(state: TalkState): Step {
  if (state.replies.some(({ phase }) => phase === 'asked' || phase === 'generating')) return step(state);
  const next = state.replies.find(({ phase }) => phase === 'waiting');
  if (next === undefined) return step(state);
  const eventId = `response_${state.nextId}`;
  const asks = next.asks + 1;
  const numbered = { ...state, nextId: state.nextId + 1 };
  const asked = changeReply(numbered, next.turnId, { phase: 'asked', eventId, asks, isSuspect: false });
  const response = { ...next.request, metadata: { turn_id: next.turnId } };
  return step(asked, [{ type: 'response.create', event_id: eventId, response }]);
}

/** Keeps the latest of the replies that have been generated; the others were played long ago. */
export function forgetOldReplies(state: TalkState): TalkState {
  const done = state.replies.filter(({ phase }) => phase === 'done');
  const old = new Set(done.slice(0, -MAX_DONE_REPLIES).map(({ turnId }) => turnId));
  return old.size === 0 ? state : { ...state, replies: state.replies.filter(({ turnId }) => !old.has(turnId)) };
}

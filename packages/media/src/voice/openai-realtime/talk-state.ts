import type { VoiceConfig, VoiceEvent } from '../../core/voice-port.ts';
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
  readonly isCancelled: boolean;
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
  /** What the user is saying now. */
  readonly hearing: { readonly itemId: string; readonly startMs: number } | null;
};

/** What follows from an input or a message: the next state, what the service is told, and what the session is told. */
export type Step = {
  readonly state: TalkState;
  readonly messages: readonly ClientMessage[];
  readonly events: readonly VoiceEvent[];
};

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
    hearing: null,
  };
}

export function step(
  state: TalkState,
  messages: readonly ClientMessage[] = [],
  events: readonly VoiceEvent[] = [],
): Step {
  return { state, messages, events };
}

export function andThen(first: Step, next: (state: TalkState) => Step): Step {
  const second = next(first.state);
  return {
    state: second.state,
    messages: [...first.messages, ...second.messages],
    events: [...first.events, ...second.events],
  };
}

export function newReply(turnId: string, request: ResponseSettings | null): Reply {
  return {
    turnId,
    request,
    phase: 'waiting',
    eventId: null,
    responseId: null,
    isCancelled: false,
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
    const message = 'Too many replies were asked for at once.';
    return step(
      state,
      [],
      [
        { type: 'failed', category: 'rate-limit', retryable: true, message },
        { type: 'turn-done', turnId: reply.turnId },
      ],
    );
  }
  return askNext({ ...state, replies: [...state.replies, reply] });
}

/** Asks for the first waiting reply, unless the service is busy with another one. */
export function askNext(state: TalkState): Step {
  if (state.replies.some(({ phase }) => phase === 'asked' || phase === 'generating')) return step(state);
  const next = state.replies.find(({ phase }) => phase === 'waiting');
  if (next === undefined) return step(state);
  const eventId = `response_${state.nextId}`;
  const asked = changeReply({ ...state, nextId: state.nextId + 1 }, next.turnId, { phase: 'asked', eventId });
  const response = { ...next.request, metadata: { turn_id: next.turnId } };
  return step(asked, [{ type: 'response.create', event_id: eventId, response }]);
}

/** Keeps the latest of the replies that have been generated; the others were played long ago. */
export function forgetOldReplies(state: TalkState): TalkState {
  const done = state.replies.filter(({ phase }) => phase === 'done');
  const old = new Set(done.slice(0, -MAX_DONE_REPLIES).map(({ turnId }) => turnId));
  return old.size === 0 ? state : { ...state, replies: state.replies.filter(({ turnId }) => !old.has(turnId)) };
}

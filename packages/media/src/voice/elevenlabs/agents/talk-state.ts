import type { VoiceConfig, VoiceEvent } from '../../../core/voice-port.ts';
import { tooManyReplies } from '../../shared/voice-failures.ts';
import { type WireStep, wireSteps } from '../../shared/wire-steps.ts';
import type { Words } from './initiation.ts';
import type { OpenWord } from './timed-words.ts';
import type { ClientMessage } from './wire-messages.ts';

/** What the agent says now. It does not say where a reply ends: that is made out of its words, its sound and the time. */
export type Live = {
  readonly turnId: string;
  /** Nobody hears it: it was interrupted, or was never wanted. */
  readonly isMuted: boolean;
  /** All of its words, once they are known. */
  readonly whole: string | null;
  /** Words told so far. */
  readonly told: string;
  readonly openWord: OpenWord | null;
  /** Its sound comes with the times of its characters. */
  readonly isTimed: boolean;
  readonly audioMs: number;
  /** Messages that belong to it so far. */
  readonly progress: number;
};

/** Asked for, and not begun. */
export type Asked = {
  readonly turnId: string;
  /** Null: the agent speaks by itself. */
  readonly text: string | null;
  readonly instructions: string | null;
  readonly isSent: boolean;
  readonly isCancelled: boolean;
};

type Remembered = { readonly role: 'user' | 'assistant'; readonly text: string; readonly turnId: string | null };

export type TalkState = {
  readonly config: VoiceConfig;
  readonly words: Words;
  /** Counts the connections of this talk. */
  readonly connection: number;
  readonly nextId: number;
  readonly live: Live | null;
  readonly asked: readonly Asked[];
  /** What the agent began to say unasked at the beginning, kept until somebody wants it. */
  readonly greeting: { readonly turnId: string; readonly events: readonly VoiceEvent[] } | null;
  /** The agent begins another conversation with its own first message, which has been said. */
  readonly isGreetingAgain: boolean;
  /** Sound up to this one of the agent's is thrown away, as it says itself. */
  readonly interruptedThrough: number;
  /** What the agent knows to have been interrupted. */
  readonly interruptedTurnId: string | null;
  /** What the user is saying. */
  readonly hearing: { readonly itemId: string; readonly signs: number } | null;
  /** An item of the user whose words are still to come. */
  readonly awaitedWords: string | null;
  /** An item of the user that the agent is to answer. */
  readonly awaitedAnswer: string | null;
  /** Typed words that wait for the request to answer them. */
  readonly typed: readonly string[];
  /** The result of a tool was told, and the agent goes on by itself: not yet, or already. */
  readonly afterTool: 'nothing' | 'waits' | 'went-on';
  readonly memory: readonly Remembered[];
  /** Sound of the user so far. */
  readonly heardMs: number;
  /** When what was sent will have been played. */
  readonly playsUntilMs: number;
};

export type Step = WireStep<TalkState, ClientMessage>;

const MAX_ASKED = 8;
const MAX_REMEMBERED = 400;
/** What a greeting sounds like is kept up to here: half a minute and more. */
const MAX_GREETING_EVENTS = 1000;

export function newTalk(config: VoiceConfig, words: Words): TalkState {
  return {
    config,
    words,
    connection: 0,
    nextId: 1,
    live: null,
    asked: [],
    greeting: null,
    interruptedThrough: 0,
    interruptedTurnId: null,
    isGreetingAgain: false,
    hearing: null,
    awaitedWords: null,
    awaitedAnswer: null,
    typed: [],
    afterTool: 'nothing',
    memory: [],
    heardMs: 0,
    playsUntilMs: 0,
  };
}

export const { step, andThen } = wireSteps<TalkState, ClientMessage>();

export function newLive(turnId: string, isMuted: boolean): Live {
  return { turnId, isMuted, whole: null, told: '', openWord: null, isTimed: false, audioMs: 0, progress: 0 };
}

/** Tells events of the reply; those of a greeting that nobody wants yet are kept, of one that is muted dropped. */
export function tellOf(state: TalkState, { turnId, isMuted }: Live, ...events: readonly VoiceEvent[]): Step {
  if (isMuted) return step(state);
  const { greeting } = state;
  if (greeting?.turnId !== turnId) return step(state, [], events);
  const kept = [...greeting.events, ...events].slice(0, MAX_GREETING_EVENTS);
  return step({ ...state, greeting: { ...greeting, events: kept } });
}

export function remember(state: TalkState, role: Remembered['role'], text: string, turnId: string | null): TalkState {
  if (text.trim() === '') return state;
  return { ...state, memory: [...state.memory, { role, text: text.trim(), turnId }].slice(-MAX_REMEMBERED) };
}

/** Nothing more comes of the reply. */
export function endLive(state: TalkState): Step {
  const { live } = state;
  if (live === null) return step(state);
  const { text: rest, ...time } = restOf(live);
  const text = live.told + rest;
  const isKept = state.greeting?.turnId === live.turnId;
  const ended: TalkState = live.isMuted || isKept ? state : remember(state, 'assistant', text, live.turnId);
  const words: VoiceEvent[] = rest === '' ? [] : [{ type: 'text-delta', turnId: live.turnId, text: rest, ...time }];
  const told = tellOf({ ...ended, live: null }, live, ...words, { type: 'turn-done', turnId: live.turnId });
  return andThen(told, askNext);
}

/** Words that were not told yet: the last one, and all where the sound has no times. */
function restOf({ whole, told, openWord }: Live): { readonly text: string; readonly audioStartMs?: number } {
  const known = told + (openWord?.text ?? '');
  const text = whole?.startsWith(known) ? whole.slice(told.length) : told === '' && whole !== null ? whole : null;
  return openWord === null ? { text: text ?? '' } : { text: text ?? openWord.text, audioStartMs: openWord.startMs };
}

/** What the agent goes on to say of the reply is not wanted. */
export function muteLive(state: TalkState): TalkState {
  return state.live === null ? state : { ...state, live: { ...state.live, isMuted: true } };
}

/** A greeting that nobody wanted is not wanted any more: something else was. */
export function dropGreeting(state: TalkState): TalkState {
  if (state.greeting === null) return state;
  const isLive = state.live?.turnId === state.greeting.turnId;
  return { ...(isLive ? muteLive(state) : state), greeting: null };
}

export function ask(state: TalkState, asked: Pick<Asked, 'turnId' | 'text' | 'instructions'>): Step {
  if (state.asked.length >= MAX_ASKED) return step(state, [], tooManyReplies(asked.turnId));
  return askNext({ ...state, asked: [...state.asked, { ...asked, isSent: false, isCancelled: false }] });
}

/** Asks for the first reply that waits, unless the agent is at another one that is wanted. */
export function askNext(state: TalkState): Step {
  const [next] = state.asked;
  if (next === undefined || next.isSent || (state.live !== null && !state.live.isMuted)) return step(state);
  const asked = state.asked.map((one) => (one === next ? { ...one, isSent: true } : one));
  const messages: ClientMessage[] = [];
  if (next.instructions !== null) messages.push({ type: 'contextual_update', text: next.instructions });
  if (next.text !== null) messages.push({ type: 'user_message', text: next.text });
  return step({ ...state, asked }, messages);
}

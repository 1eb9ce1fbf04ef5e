import type { Answerer } from '@visavis/media/session-events';
import { LIMITS, type Usage } from '@visavis/protocol';
import type { Step } from '@visavis/protocol/reducer-shell';
import type { CallRequest } from '../calls/call-request.ts';
import type { CallSettings } from '../calls/call-settings.ts';
import { textBytes } from '../calls/memory/call-memory.ts';
import type { WireEffect, WireInput } from '../wire/wire-protocol.ts';
import type { Modality, OpenAiMessage } from './client-message.ts';
import { initialView, type SessionView } from './session-view.ts';

/** Today's form of the interface, or that of its beta, for clients that ask for it. */
export type Form = 'ga' | 'beta';

/** What a client of OpenAI's asks for when it connects. */
export type OpenAiRequest = CallRequest & {
  readonly form: Form;
  /** The avatar as the client called it. */
  readonly calledModel: string;
  /** What it wants of the session at once; empty where it says so later. */
  readonly session: Readonly<Record<string, unknown>>;
};

type ContentPart = {
  readonly type: 'input_text' | 'input_audio' | 'output_text' | 'output_audio';
  readonly text?: string;
  readonly transcript?: string | null;
};

/** A part of the conversation. */
export type Item = {
  readonly id: string;
  readonly status: 'in_progress' | 'completed' | 'incomplete';
} & (
  | {
      readonly type: 'message';
      readonly role: 'user' | 'assistant' | 'system';
      readonly content: readonly ContentPart[];
    }
  | { readonly type: 'function_call'; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string }
);

/** A call of a tool in a response. */
type OpenToolCall = {
  readonly callId: string;
  readonly name: string;
  readonly argumentsJson: string;
  readonly outputIndex: number;
};

/** A reply, from its beginning until it has been played; `isTold` once the client knows its end. */
export type OpenResponse = {
  readonly turnId: string;
  readonly modality: Modality;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly text: string;
  readonly soundMs: number;
  /** Place of its message among what it puts out; null: it has said nothing yet. */
  readonly messageIndex: number | null;
  readonly calls: readonly OpenToolCall[];
  readonly output: readonly Item[];
  readonly isTold: boolean;
  /** Its sound is being played by this side. */
  readonly isSounding: boolean;
  readonly cancelledBy: 'client_cancelled' | 'turn_detected' | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
};

/** What the client wrote and has not asked about. */
type HeldText = { readonly itemId: string; readonly text: string };

/** Sound that the client said is a whole turn, before anybody has found a voice in it. */
type Commit = {
  readonly eventId: string | null;
  /** Asked for right behind it: it is answered with what was said. */
  readonly wish: Extract<OpenAiMessage, { type: 'respond' }> | null;
};

export type Open = {
  readonly phase: 'open';
  readonly form: Form;
  /** The client gets sound by WebRTC, and this side plays it. */
  readonly isByPeer: boolean;
  readonly settings: CallSettings;
  readonly view: SessionView;
  readonly expiresAtSeconds: number;
  readonly nextEvent: number;
  readonly nextItem: number;
  readonly items: readonly Item[];
  readonly responses: readonly OpenResponse[];
  /** Responses that the client asked for and that have not begun. */
  readonly asked: readonly { readonly modality: Modality; readonly metadata: OpenResponse['metadata'] }[];
  readonly answeredBy: Answerer;
  readonly held: readonly HeldText[];
  readonly openCalls: readonly string[];
  /** The turn that the user is speaking. */
  readonly userItemId: string | null;
  /** Turns of his whose words are waited for. */
  readonly awaitedWords: readonly string[];
  /** Turns that were thrown away while he spoke. */
  readonly droppedItems: readonly string[];
  readonly commit: Commit | null;
  readonly heardMs: { readonly startMs: number; readonly totalMs: number };
  /** Before and after what was heard and said last, where sound has another rate than ours. */
  readonly lastHeard: number;
  readonly lastSaid: readonly number[];
  /** Of what was told since the last response, in tokens. */
  readonly unreadTokens: { readonly text: number; readonly audio: number };
  /** What the voice has counted since the last response. */
  readonly counted: Usage;
};

export type OpenAiState =
  | { readonly phase: 'placing'; readonly request: OpenAiRequest }
  | Open
  | { readonly phase: 'ended' };

/** `commit`: nothing has been found in the sound that the client committed. */
export type OpenAiTimer = 'commit';
export type Message = { readonly type: string; readonly [key: string]: unknown };
export type OpenAiInput = WireInput<OpenAiTimer, OpenAiMessage>;
export type OpenAiEffect = WireEffect<Message, OpenAiTimer>;
export type OpenAiStep<State = OpenAiState> = Step<State, OpenAiEffect>;

/** Items that a client can still ask for. */
const KEPT_ITEMS = 200;
/** Text of them. */
const KEPT_CHARACTERS = 200_000;

export function opened(request: OpenAiRequest, settings: CallSettings, expiresAtSeconds: number): Open {
  return {
    phase: 'open',
    form: request.form,
    isByPeer: settings.config.connection === 'answer',
    settings,
    view: initialView(settings, request.calledModel),
    expiresAtSeconds,
    nextEvent: 1,
    nextItem: 1,
    items: [],
    responses: [],
    asked: [],
    held: [],
    openCalls: [],
    answeredBy: 'voice',
    userItemId: null,
    awaitedWords: [],
    droppedItems: [],
    commit: null,
    heardMs: { startMs: 0, totalMs: 0 },
    lastHeard: 0,
    lastSaid: [],
    unreadTokens: { text: 0, audio: 0 },
    counted: {},
  };
}

export function step<State extends OpenAiState>(state: State, ...effects: readonly OpenAiEffect[]): OpenAiStep<State> {
  return { state, effects };
}

export function andThen(before: OpenAiStep<Open>, next: (state: Open) => OpenAiStep<Open>): OpenAiStep<Open> {
  const after = next(before.state);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}

export function send(message: Message, isSound = false): OpenAiEffect {
  return isSound ? { type: 'send', message, isSound } : { type: 'send', message };
}

/** An error that the session survives. `eventId`: of the message that it answers. */
export function errorMessage(
  {
    code,
    text,
    param = null,
    type = 'invalid_request_error',
  }: { code: string; text: string; param?: string | null; type?: string },
  eventId: string | null,
): OpenAiEffect {
  return send({ type: 'error', error: { type, code, message: text, param, event_id: eventId } });
}

/** What is known of the conversation grows; the oldest is forgotten. */
export function withItem(state: Open, item: Item): Open {
  const others = state.items.filter(({ id }) => id !== item.id);
  const isKnown = others.length < state.items.length;
  const items = isKnown ? state.items.map((other) => (other.id === item.id ? item : other)) : [...others, item];
  let characters = 0;
  const first = items.findLastIndex((kept) => {
    characters += itemText(kept).length;
    return characters > KEPT_CHARACTERS;
  });
  return { ...state, items: items.slice(Math.max(first + 1, items.length - KEPT_ITEMS)) };
}

function itemText(item: Item): string {
  switch (item.type) {
    case 'message':
      return item.content.map(({ text, transcript }) => text ?? transcript ?? '').join('\n');
    case 'function_call':
      return item.arguments;
    case 'function_call_output':
      return item.output;
  }
}

/** A part of the conversation as it is told; `previous`: what stands before it. */
export function toItem({ id, type, status, ...rest }: Item) {
  return { id, object: 'realtime.item', type, status, ...rest };
}

/** Tells of a new part of the conversation, behind all others. */
export function addItem(state: Open, item: Item): OpenAiStep<Open> {
  const previous = state.items.at(-1)?.id ?? null;
  const told = { item: toItem(item), previous_item_id: previous };
  const added = send({ type: 'conversation.item.added', ...told });
  const next = withItem(state, item);
  return item.status === 'in_progress'
    ? step(next, added)
    : step(next, added, send({ type: 'conversation.item.done', ...told }));
}

export function changeResponse(state: Open, turnId: string, change: Partial<OpenResponse>): Open {
  const responses = state.responses.map((response) =>
    response.turnId === turnId ? { ...response, ...change } : response,
  );
  return { ...state, responses };
}

/** An id that the client did not choose. */
export function newItemId(state: Open): { readonly id: string; readonly state: Open } {
  const stem = state.settings.sessionId.slice(0, 16);
  return { id: `item_${stem}_c${state.nextItem}`, state: { ...state, nextItem: state.nextItem + 1 } };
}

/** Memory of what the state holds of the client's messages. */
export function waitingBytes(state: OpenAiState): number {
  if (state.phase !== 'open') return 0;
  return [...state.held.map(({ text }) => text), ...state.items.map(itemText)].reduce(
    (sum, text) => sum + textBytes(text),
    0,
  );
}

export function keepLast<Kept>(
  list: readonly Kept[],
  one: Kept,
  most: number = LIMITS.counts.openReplies,
): readonly Kept[] {
  return [...list, one].slice(-most);
}

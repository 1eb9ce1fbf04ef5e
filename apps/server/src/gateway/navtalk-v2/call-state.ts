import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import type { ClientMessage, ErrorCode, ServerMessage } from '@visavis/protocol';

/** A user's item that came after the talk began and whose `response.create` may still follow. */
type HeldItem = { readonly role: 'user' | 'assistant' | 'system'; readonly text: string };

/** A reply of which something was sent to the client and whose end was not. */
export type OpenReply = {
  readonly turnId: string;
  readonly text: string;
  readonly textDone: boolean;
  readonly toolCallCount: number;
  /** When its first sound left; null: not told. */
  readonly soundedAtMs: number | null;
  /** From the end of the user's turn to its first sound; null where it answers none. */
  readonly latencyMs: number | null;
};

/** A turn of the user that has begun and whose words are not known yet. */
type HeardTurn = { readonly itemId: string; readonly startedAtMs: number };

export type CallSettings = {
  readonly sessionId: string;
  /** With what the client has changed so far. */
  readonly config: SessionConfig;
  /** Name that several avatars share, when the call was opened by it. */
  readonly ambiguousName: string | null;
  /** The name that no avatar has and for which a built-in figure stands in; null: none does. */
  readonly unknownName: string | null;
  readonly extensions: boolean;
  /** Opens the record of this talk to who was in it, where the licence key is everyone's; else null. */
  readonly talkKey: string | null;
  /** Lets a later connection take the place of this one; null: none may. */
  readonly reconnectKey: string | null;
  readonly toolArguments: 'object' | 'string';
};

export type CallState = {
  readonly settings: CallSettings;
  /** `placing`: not yet announced. `gathering`: created was sent, updated not. */
  readonly phase: 'placing' | 'gathering' | 'talking' | 'ended';
  readonly ready: boolean;
  /** The time for history is over; only `ready` is missing. */
  readonly gapOver: boolean;
  /** Since `session.updated` was last sent. */
  readonly updatedAtMs: number;
  readonly held: readonly HeldItem[];
  /** Asked for before the talk began; done right after. */
  readonly deferred: readonly ClientMessage[];
  /** Digests of user texts already given to the talk, so that a replayed history is not taken twice. */
  readonly knownTexts: ReadonlySet<string>;
  readonly replies: readonly OpenReply[];
  readonly callsWithDelta: ReadonlySet<string>;
  readonly heardTurns: readonly HeardTurn[];
};

export type CallTimer = 'history-gap' | 'ready-deadline' | 'held-items';

export type CallInput =
  /** A media worker took the call. */
  | { readonly type: 'placed'; readonly atMs: number }
  | { readonly type: 'client'; readonly message: ClientMessage; readonly atMs: number }
  | { readonly type: 'session'; readonly event: SessionEvent; readonly atMs: number }
  | { readonly type: 'timer'; readonly timer: CallTimer; readonly atMs: number }
  /** The server ends the call. */
  | { readonly type: 'end'; readonly code: ErrorCode; readonly detail?: string }
  /** The client hung up, or its socket died. */
  | { readonly type: 'socket-closed'; readonly reason: string };

export type RecordedMessage = {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly interrupted?: boolean;
  /** When it began to be heard, on the clock of the inputs; left out: when it is recorded. */
  readonly startedAtMs?: number;
  /** Of an answer: from the end of the user's turn to its first sound. */
  readonly latencyMs?: number;
};

export type CallEffect =
  | { readonly type: 'send'; readonly message: ServerMessage }
  | { readonly type: 'command'; readonly command: SessionCommand }
  | { readonly type: 'record'; readonly message: RecordedMessage }
  | { readonly type: 'schedule'; readonly timer: CallTimer; readonly delayMs: number }
  | { readonly type: 'cancel'; readonly timer: CallTimer }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly text: string; readonly fields: object }
  /** The last effect of a call. `code` is null when the client hung up. */
  | { readonly type: 'finish'; readonly code: ErrorCode | null; readonly reason: string };

export type CallStep = { readonly state: CallState; readonly effects: readonly CallEffect[] };

export function initialCallState(settings: CallSettings): CallState {
  return {
    settings,
    phase: 'placing',
    ready: false,
    gapOver: false,
    updatedAtMs: 0,
    held: [],
    deferred: [],
    knownTexts: new Set(),
    replies: [],
    callsWithDelta: new Set(),
    heardTurns: [],
  };
}

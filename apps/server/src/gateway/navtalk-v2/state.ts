import type { ClientMessage, ServerMessage } from '@visavis/protocol';
import type { Step } from '@visavis/protocol/reducer-shell';
import type { CallRequest } from '../calls/call-request.ts';
import type { CallSettings } from '../calls/call-settings.ts';
import type { WireEffect, WireInput } from '../wire/wire-protocol.ts';

/** A user's item that came after the talk began and whose `response.create` may still follow. */
type HeldItem = { readonly role: 'user' | 'assistant' | 'system'; readonly text: string };

/** A reply of which something was sent to the client and whose end was not. */
export type OpenReply = {
  readonly turnId: string;
  readonly text: string;
  readonly textDone: boolean;
  readonly toolCallCount: number;
};

/** What is known of a call from its place to its end. */
type Talk = {
  /** Its configuration is with what the client has changed so far. */
  readonly settings: CallSettings;
  /** Of the avatar's record. */
  readonly recordTools: CallSettings['config']['tools'];
  readonly held: readonly HeldItem[];
  /** When the newest item came that nothing has asked about; null: there was none. */
  readonly itemAtMs: number | null;
  /** Digests of user texts already given to the talk, so that a replayed history is not taken twice. */
  readonly knownTexts: ReadonlySet<string>;
  readonly replies: readonly OpenReply[];
  readonly callsWithDelta: ReadonlySet<string>;
};

/** `created` was sent, `updated` not: configuration and history may come, and the voice opens. */
export type Gathering = Talk & {
  readonly phase: 'gathering';
  readonly isReady: boolean;
  /** The time for history is over; only the voice is missing. */
  readonly isGapOver: boolean;
  /** Asked for before the talk began; done right after. */
  readonly deferred: readonly ClientMessage[];
};

export type Talking = Talk & {
  readonly phase: 'talking';
  /** Since `session.updated` was last sent. */
  readonly updatedAtMs: number;
};

export type OpenState = Gathering | Talking;

export type V2State =
  /** Not yet announced. */
  { readonly phase: 'placing'; readonly extensions: boolean } | OpenState | { readonly phase: 'ended' };

export type V2Timer = 'history-gap' | 'held-items';
export type V2Input = WireInput<V2Timer>;
export type V2Effect = WireEffect<ServerMessage, V2Timer>;
export type V2Step<State = V2State> = Step<State, V2Effect>;

export function placing({ extensions }: Pick<CallRequest, 'extensions'>): V2State {
  return { phase: 'placing', extensions };
}

export function gathering(settings: CallSettings): Gathering {
  return {
    phase: 'gathering',
    settings,
    recordTools: settings.config.tools,
    isReady: false,
    isGapOver: false,
    held: [],
    itemAtMs: null,
    deferred: [],
    knownTexts: new Set(),
    replies: [],
    callsWithDelta: new Set(),
  };
}

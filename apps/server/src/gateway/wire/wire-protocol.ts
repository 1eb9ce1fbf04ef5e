import type { IncomingHttpHeaders } from 'node:http';
import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import type { ClientMessage } from '@visavis/protocol';
import type { Step } from '@visavis/protocol/reducer-shell';
import type { ParseResult } from '@visavis/protocol/schemas';
import type { CallRequest } from '../calls/call-request.ts';
import type { CallEnd, CallSettings } from '../calls/call-settings.ts';

/** Whatever happens in a call, as a wire protocol sees it. */
export type WireInput<Timer extends string = string, Incoming = ClientMessage> =
  /** The call has its place. Comes first, unless it is refused. */
  | { readonly type: 'placed'; readonly settings: CallSettings }
  | { readonly type: 'client'; readonly message: Incoming; readonly atMs: number }
  /** Fatal failures and the end come as `ending`. */
  | { readonly type: 'session'; readonly event: SessionEvent; readonly atMs: number }
  | { readonly type: 'timer'; readonly timer: Timer; readonly atMs: number }
  /** A message could not be used; told once for each reason. */
  | { readonly type: 'ignored'; readonly reason: string; readonly detail: string }
  /** The connection lives; the next sign comes after `intervalMs`. */
  | { readonly type: 'heartbeat'; readonly intervalMs: number }
  /** Comes last. Null: the client has hung up, and nothing can be said to it. */
  | { readonly type: 'ending'; readonly end: CallEnd | null };

export type WireEffect<Message, Timer extends string = string> =
  /** `isSound`: it is dropped while the client takes nothing. */
  | { readonly type: 'send'; readonly message: Message; readonly isSound?: boolean }
  | { readonly type: 'command'; readonly command: SessionCommand }
  | { readonly type: 'schedule'; readonly timer: Timer; readonly delayMs: number }
  | { readonly type: 'cancel'; readonly timer: Timer }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly text: string; readonly fields: object }
  /** For the second socket of clients whose protocol has one: it waits until that is there. */
  | { readonly type: 'send-aside'; readonly text: string }
  /** Ends the connection with a close frame. */
  | { readonly type: 'close'; readonly closeCode: number; readonly closeReason: string };

/**
 * A language that clients speak over one WebSocket. It is pure: what it knows of a call is in its state, and what it wants done
 * is an effect. `Incoming`: its clients' messages, where they are others than ours.
 * `Request`: what they ask for when they connect, if it is more.
 */
export type WireProtocol<
  State,
  Message,
  Timer extends string = string,
  Incoming extends { readonly type: string } = ClientMessage,
  Request extends CallRequest = CallRequest,
> = {
  /** Where its socket is served. */
  readonly paths: readonly string[];
  /** @param query Parsed query; repeated parameters are arrays, of which the first counts. */
  readonly readConnect: (query: unknown, headers: IncomingHttpHeaders) => Request;
  /** @param frame Text of a text frame, or the bytes of a binary one. Never throws. */
  readonly decode: (frame: string | Uint8Array) => ParseResult<Incoming>;
  /**
   * The sound of a text frame that is nothing but sound in the usual spelling, as PCM16: the short way for what comes fifty times a
   * second. Null: `decode` has to read it. Left out: it reads all.
   */
  readonly readSound?: (frame: Buffer, state: State) => Uint8Array | null;
  /** The same of what comes over the second socket. Left out: there is none. */
  readonly decodeAside?: (frame: string | Uint8Array) => ParseResult<Incoming>;
  readonly encode: (message: Message) => string;
  /** Other controllers may join a call of whose client this side plays the sound. Left out: none. */
  readonly side?: {
    /** What one is told when it joins. */
    readonly greet: (state: State) => readonly Message[];
    /** The answer to a message that only the client itself may send; null for the others. */
    readonly refuse: (message: Incoming) => Message | null;
  };
  readonly initialState: (request: Request) => State;
  readonly reduce: (state: State, input: WireInput<Timer, Incoming>) => Step<State, WireEffect<Message, Timer>>;
  /** Memory of what the state holds of the client's messages, in bytes. */
  readonly waitingBytes: (state: State) => number;
};

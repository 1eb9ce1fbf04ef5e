import { PassThrough } from 'node:stream';
import type { SessionEvent } from '@visavis/media/session-events';
import type { CallOrigin } from '../calls/call.ts';
import type { CallRequest } from '../calls/call-request.ts';
import type { CallEnd, CallSettings } from '../calls/call-settings.ts';
import type { MemoryBudget } from '../calls/memory/memory-budget.ts';
import { ChannelSocket, type WireSocket } from './channel-socket.ts';
import { Connection } from './connection.ts';
import type { WireDependencies } from './wire-dependencies.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** So long a client may take to connect, once it was answered. */
const CONNECT_LIMIT_MS = 30_000;

/** A call whose client made the offer and talks over its data channel. */
export type Arriving<Request extends CallRequest> = {
  readonly request: Request;
  readonly offerSdp: string;
  readonly origin: CallOrigin;
};

/** What becomes of an offer. */
export type Answered =
  | { readonly kind: 'answered'; readonly sdp: string; readonly sessionId: string }
  /** Nobody here can answer it. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'refused'; readonly end: CallEnd };

/** A connection without a socket: its messages go over the data channel of the call's own peer connection. */
export class ChannelConnection<
  State,
  Message,
  Timer extends string,
  Incoming extends { readonly type: string },
  Request extends CallRequest,
> extends Connection<State, Message, Timer, Incoming, Request> {
  readonly answered: Promise<Answered>;
  readonly #channel: ChannelSocket;
  readonly #offerSdp: string;
  readonly #answer: (answered: Answered) => void;
  #connectLimit: NodeJS.Timeout | undefined;
  #isAnswered = false;

  constructor(
    { request, offerSdp, origin }: Arriving<Request>,
    protocol: WireProtocol<State, Message, Timer, Incoming, Request>,
    dependencies: WireDependencies,
    budget: MemoryBudget,
  ) {
    const channel = new ChannelSocket((text) => this.call.command({ type: 'channel-message', text }));
    const socket = channel as unknown as WireSocket;
    super(
      { socket, transport: new PassThrough(), query: {}, headers: {}, origin },
      { ...protocol, readConnect: () => request },
      dependencies,
      budget,
    );
    this.#channel = channel;
    this.#offerSdp = offerSdp;
    const answered = Promise.withResolvers<Answered>();
    this.answered = answered.promise;
    this.#answer = answered.resolve;
  }

  /** Its id is told with its answer. */
  override get takesSides(): boolean {
    return this.canBeJoined;
  }

  override placed(settings: CallSettings): void {
    super.placed(settings);
    this.call.command({ type: 'remote-description', description: { type: 'offer', sdp: this.#offerSdp } });
  }

  override event(event: SessionEvent, atMs: number): void {
    switch (event.type) {
      case 'local-description':
        this.#tellAnswer(event.description.sdp);
        return;
      case 'channel':
        if (event.state === 'closed') this.#channel.close(1005);
        else this.#channel.open();
        return;
      case 'channel-message':
        this.#channel.receive(event.text);
        return;
      case 'media-state':
        if (event.state === 'connected') clearTimeout(this.#connectLimit);
        if (event.state === 'failed') this.#channel.terminate();
        return;
      case 'failed':
        if (event.code === 'media-failed' && !this.#isAnswered) {
          this.#answer({ kind: 'unusable' });
          this.call.hangUp('offer-unusable');
          return;
        }
        super.event(event, atMs);
        return;
      default:
        super.event(event, atMs);
    }
  }

  override ending(end: CallEnd | null): void {
    clearTimeout(this.#connectLimit);
    super.ending(end);
    this.#answer({ kind: 'refused', end: end ?? { code: 'call-ended' } });
    this.#channel.close();
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    this.#channel.terminate();
  }

  #tellAnswer(sdp: string): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const sessionId = this.call.sessionId ?? '';
    this.#connectLimit = setTimeout(() => this.#channel.terminate(), CONNECT_LIMIT_MS).unref();
    this.#answer({ kind: 'answered', sdp, sessionId });
  }
}

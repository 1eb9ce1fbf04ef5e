import type { ClientWireMessage } from '@visavis/protocol';
import { CallLicense } from './call-license.ts';
import { type CallEnvironment, type CallOptions, socketUrl } from './call-options.ts';
import { errorDetail, type ProblemCode, type ProblemSpecifics } from './call-problem.ts';
import { judgeClose } from './close-verdict.ts';
import { readServerSignal, type ServerSignal } from './from-wire.ts';
import { ReconnectPlan } from './reconnect-plan.ts';
import { SocketLink } from './socket-link.ts';
import { type HistoryTurn, historyMessage } from './to-wire.ts';
import type { WireRecord } from './wire-record.ts';

/** An attempt to connect that is younger than this is not begun anew when the network is back. */
const youngAttemptMs = 1_000;

type Rejection = ServerSignal & { type: 'rejected' };

export type ConnectionListener = {
  /** The socket is open: time for the configuration. */
  onOpen(): void;
  onSignal(signal: Exclude<ServerSignal, Rejection>): void;
  onWire(makeRecord: () => WireRecord): void;
  /** The connection is gone and will be built again, as the one of this number. */
  onLost(nextConnection: number): void;
  /** The connection is gone for good. */
  onGivenUp(code: ProblemCode, specifics: ProblemSpecifics): void;
  /** The talk so far, for the next session. */
  history(): readonly HistoryTurn[];
};

/** A call's way to the server: sockets one after the other, with back-off, and with a fresh token where one is refused. */
export class CallConnection {
  readonly #options: CallOptions;
  readonly #environment: CallEnvironment;
  readonly #listener: ConnectionListener;
  readonly #license: CallLicense;
  readonly #plan: ReconnectPlan;
  #socket: SocketLink | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #expectAnew: (() => void) | null = null;
  #stopWatching: (() => void) | null = null;
  /** What the newest socket was opened with: the license may have changed since. */
  #presented = '';
  #count = 0;
  #accepted = false;
  #wasComplete = false;
  #attemptedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: CallOptions, environment: CallEnvironment, listener: ConnectionListener) {
    this.#options = options;
    this.#environment = environment;
    this.#listener = listener;
    this.#license = new CallLicense(options);
    this.#plan = new ReconnectPlan(options.reconnectAttempts);
  }

  get droppedChunks(): number {
    return this.#socket?.droppedChunks ?? 0;
  }

  open(): void {
    this.#stopWatching = this.#environment.onPageReturn(() => this.#notePageReturn());
    this.#connect();
  }

  send(message: ClientWireMessage): boolean {
    return this.#socket?.send(message) ?? false;
  }

  sendSound(message: ClientWireMessage): void {
    this.#socket?.sendSound(message);
  }

  /** Counts the connection as lost unless `complete` comes within this time; `ofSilence`: in which the server gives no sign of life. */
  expect(withinMs: number, code: ProblemCode, { ofSilence = false } = {}): void {
    this.#setTimer(withinMs, () => this.lost(code));
    if (ofSilence) this.#expectAnew = () => this.expect(withinMs, code, { ofSilence });
  }

  /** Session and media are there. */
  complete(): void {
    this.#setTimer(null);
    this.#wasComplete = true;
    this.#plan.succeed(performance.now());
  }

  /** Builds the connection again with the talk so far as history; one that was never complete is given up. */
  lost(code: ProblemCode, specifics: ProblemSpecifics = {}): void {
    const delayMs = this.#wasComplete ? this.#plan.nextDelayMs(performance.now()) : null;
    if (delayMs === null) {
      this.#listener.onGivenUp(code, specifics);
      return;
    }
    this.#drop();
    this.#listener.onLost(this.#count + 1);
    this.#setTimer(delayMs, () => this.#connect());
  }

  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#drop();
  }

  #connect(): void {
    this.#attemptedAtMs = performance.now();
    this.expect(this.#plan.acceptTimeoutMs, 'server-unreachable');
    if (this.#license.isMissing) void this.#renewLicense();
    else this.#openSocket();
  }

  #openSocket(): void {
    this.#presented = this.#license.current;
    const history = this.#listener.history();
    this.#count += 1;
    try {
      // What a page names as the server need not be an address.
      const url = socketUrl(this.#options, this.#presented, this.#plan.session);
      this.#socket = new SocketLink(this.#environment.createSocket, url, {
        onOpen: () => this.#listener.onOpen(),
        onFrame: (text) => {
          const signal = readServerSignal(text);
          if (signal !== null) this.#handle(signal, history);
        },
        onBeat: () => this.#expectAnew?.(),
        onWire: (makeRecord) => this.#listener.onWire(makeRecord),
        onClosed: (close) => {
          const { mayReconnect, problem, specifics, wantsToken } = judgeClose(close);
          if (mayReconnect) this.lost(problem, specifics);
          else this.#refuse({ type: 'rejected', code: problem, specifics, wantsToken, mayGoOn: false });
        },
      });
    } catch (error) {
      this.#listener.onGivenUp('server-unreachable', errorDetail(error));
    }
  }

  #handle(signal: ServerSignal, history: readonly HistoryTurn[]): void {
    if (signal.type === 'rejected') {
      this.#refuse(signal);
      return;
    }
    if (signal.type === 'accepted') {
      this.#accepted = true;
      this.#license.noteAccepted();
    }
    this.#listener.onSignal(signal);
    if (signal.type !== 'session-created') return;
    this.#plan.remember(signal);
    for (const turn of history) this.send(historyMessage(turn));
  }

  #refuse(rejection: Rejection): void {
    const { code, specifics, wantsToken, mayGoOn } = rejection;
    if (mayGoOn || this.#plan.outlasts(rejection)) this.lost(code, specifics);
    else if (!wantsToken || this.#accepted) this.#listener.onGivenUp(code, specifics);
    else if (this.#license.current !== this.#presented) this.#connectAnew();
    else if (this.#license.canRenew) void this.#renewLicense();
    else this.#listener.onGivenUp(code, specifics);
  }

  /** Asks the page for a fresh token and connects with it. */
  async #renewLicense(): Promise<void> {
    this.#drop();
    this.expect(this.#plan.acceptTimeoutMs, 'token-unavailable');
    // Whatever happens to the connection meanwhile sets another timer, and a token that comes later is not for it.
    const timer = this.#timer;
    try {
      await this.#license.renew();
      if (timer === this.#timer) this.#connect();
      // It lies ready for the next loss, and is then no fresh one any more.
      else if (this.#accepted) this.#license.noteAccepted();
    } catch (error) {
      if (timer === this.#timer) this.lost('token-unavailable', errorDetail(error));
    }
  }

  /** The page is online or shown again: a lost call is tried at once, and one that seems well must show that it is. */
  #notePageReturn(): void {
    this.#socket?.doubt();
    if (!this.#plan.isLost || this.#accepted) return;
    this.#plan.takeHeart();
    if (performance.now() - this.#attemptedAtMs < youngAttemptMs) return;
    this.#connectAnew();
  }

  #connectAnew(): void {
    this.#drop();
    this.#connect();
  }

  #drop(): void {
    this.#setTimer(null);
    this.#accepted = false;
    this.#socket?.close();
    this.#socket = null;
  }

  #setTimer(delayMs: number | null, action: () => void = () => undefined): void {
    this.#expectAnew = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = delayMs === null ? null : setTimeout(action, delayMs);
  }
}

import type { Clock } from '../../core/clock.ts';
import type { LogFields, Logger } from '../../core/logger.ts';
import type { VoiceEvent, VoiceInput, VoiceSession } from '../../core/voice-port.ts';
import { OpenWaits, type Wait } from './open-waits.ts';
import { failedEvent, makeFailure, type VoiceFailure, VoiceOpenError } from './voice-failures.ts';
import { MAX_WAITING_BYTES, WaitingSound } from './waiting-sound.ts';
import { WireSocket, type WireSocketOptions } from './wire-socket.ts';
import type { WireStep } from './wire-steps.ts';

/**
 * What a message says of the connection. `ready`: the settings of the talk are accepted. `greeting`: the service is there, and may never
 * say `ready`. `useful`: it works for this account. `over`: the service ends the connection, and takes another one.
 */
export type WireSign = 'ready' | 'greeting' | 'useful' | 'over';

/** How one service talks: pure mappings over a state that outlives its connections. */
export type WireTalk<State, Received, Sent> = {
  readonly start: State;
  /** Null for what a talk does not need. */
  readonly read: (data: string) => Received | null;
  readonly toWire: (state: State, input: VoiceInput) => WireStep<State, Sent>;
  readonly fromWire: (state: State, message: Received) => WireStep<State, Sent>;
  /** A new connection, which knows nothing. */
  readonly connected: (state: State) => WireStep<State, Sent>;
  /** The service stays away: nobody should go on waiting for replies. */
  readonly giveUpReplies: (state: State) => WireStep<State, Sent>;
  readonly waitsOf: (state: State) => readonly Wait<State, Sent>[];
  readonly signOf: (message: Received) => WireSign | null;
  /** The error that a message tells, and what else the log should know of it. */
  readonly errorOf: (message: Received) => { readonly failure: VoiceFailure; readonly about: LogFields } | null;
  /** What the ends of connections mean. */
  readonly ends: Pick<WireSocketOptions, 'refused' | 'closed'>;
  /** The service says `ready` on each connection, however late. */
  readonly alwaysConfirms?: true;
  /** What was refused is left out of the next attempt, so that this one does not count, once; left out: never. */
  readonly triesAnew?: (state: State, failure: VoiceFailure) => boolean;
  /** Another attempt is of no use; left out: where the failure is not retryable. */
  readonly isFinal?: (state: State, failure: VoiceFailure) => boolean;
  /** The connection should be given up for another one now, since nothing would be lost by it. */
  readonly wantsNewConnection?: (state: State) => boolean;
  /** Sound as the service wants it. */
  readonly prepareSound?: (pcm: Int16Array) => Int16Array;
};

export type SessionParts<State, Received, Sent> = {
  readonly address: Pick<WireSocketOptions, 'url' | 'headers' | 'socketOptions' | 'heartbeatMs'>;
  readonly talk: WireTalk<State, Received, Sent>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Waits before the second and later attempts to connect; the talk fails after the last. */
  readonly reconnectDelaysMs: readonly number[];
};

/** Some services do not confirm settings; they are taken to be accepted after this time. */
const CONFIRMATION_WAIT_MS = 2000;
/** The time of each connection, from its beginning to the accepted settings: a service may take it and stay mute. */
const READY_LIMIT_MS = 15_000;
/** A connection that lasted this long was a good one, even if nobody spoke. */
const STEADY_AFTER_MS = 60_000;
/** Share by which a wait is lengthened or shortened, so that calls that were cut together do not return together. */
const JITTER = 0.25;

/** One talk: keeps a connection to the service, and its state through the loss of one. What inputs and messages mean is the talk's to say. */
export class WireSession<State, Received, Sent> implements VoiceSession {
  readonly #parts: SessionParts<State, Received, Sent>;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #waitingSound = new WaitingSound();
  #state: State;
  #socket: WireSocket | null = null;
  /** The service has accepted the settings of the present connection. */
  #isReady = false;
  #hasBeenReady = false;
  #readyAtMs = 0;
  /** Attempts since the service last did something useful; a connection alone does not count. */
  #attempts = 0;
  /** The talk was allowed an attempt that does not count since the service was last ready: one, or a stubborn refusal is asked for ever. */
  #hasTriedAnew = false;
  #opening: { resolve: () => void; reject: (error: Error) => void } | null = null;
  readonly #waits: OpenWaits<State, Sent>;
  readonly #timers = { confirmation: () => {}, ready: () => {}, reconnect: () => {} };
  #closed = false;

  constructor(parts: SessionParts<State, Received, Sent>, listener: (event: VoiceEvent) => void) {
    this.#parts = parts;
    this.#listener = listener;
    this.#state = parts.talk.start;
    this.#waits = new OpenWaits(parts.clock, ({ key, limitMs, isRoutine, expire }) => {
      if (!isRoutine) parts.logger.warn({ wait: key, limitMs }, 'The voice service let a wait run out.');
      this.#apply(expire(this.#state));
    });
  }

  /** Resolves once the service has accepted the talk's settings; rejects with a `VoiceOpenError`. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#connect();
    });
  }

  send(input: VoiceInput): void {
    if (this.#closed) return;
    if (input.type === 'audio') this.#sendSound(input.pcm);
    else this.#apply(this.#parts.talk.toWire(this.#state, input));
  }

  async close(): Promise<void> {
    this.#end();
    this.#opening?.reject(new Error('The talk was closed while it was being opened.'));
    this.#opening = null;
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of Object.values(this.#timers)) cancel();
    this.#watchDeadlines();
    this.#socket?.close();
    this.#socket = null;
    this.#waitingSound.end(this.#parts.logger);
  }

  #connect(): void {
    const { address, talk, clock } = this.#parts;
    this.#isReady = false;
    this.#attempts += 1;
    this.#timers.ready();
    this.#timers.ready = clock.schedule(READY_LIMIT_MS, () =>
      this.#replaceConnection('the service did not begin a session in time'),
    );
    this.#socket = new WireSocket({
      ...address,
      ...talk.ends,
      clock,
      onOpen: () => {
        if (this.#opening === null && !talk.alwaysConfirms) this.#awaitConfirmation();
        this.#apply(talk.connected(this.#state));
      },
      onMessage: (data) => this.#receive(data),
      onLost: (failure) => this.#handleLoss(failure),
    });
  }

  #receive(data: string): void {
    const { talk, logger } = this.#parts;
    const message = talk.read(data);
    if (message === null || this.#closed) return;
    const error = talk.errorOf(message);
    if (error !== null) {
      const { category, detail } = error.failure;
      logger.warn({ category, ...error.about, detail }, 'The voice service reported an error.');
      if (this.#opening !== null) {
        this.#fail(error.failure);
        return;
      }
    }
    const sign = talk.signOf(message);
    if (sign === 'greeting') this.#awaitConfirmation();
    else if (sign === 'useful') this.#attempts = 0;
    this.#apply(talk.fromWire(this.#state, message));
    if (sign === 'ready') this.#becomeReady();
    else if (sign === 'over') this.#replaceConnection('the session expired');
  }

  #awaitConfirmation(): void {
    if (this.#isReady) return;
    this.#timers.confirmation();
    this.#timers.confirmation = this.#parts.clock.schedule(CONFIRMATION_WAIT_MS, () => this.#becomeReady());
  }

  #becomeReady(): void {
    if (this.#isReady || this.#closed) return;
    this.#isReady = true;
    this.#hasTriedAnew = false;
    this.#readyAtMs = this.#parts.clock.nowMs();
    if (this.#opening !== null) this.#attempts = 0;
    this.#timers.confirmation();
    this.#timers.ready();
    if (this.#hasBeenReady) this.#parts.logger.info({}, 'The voice service is back.');
    this.#hasBeenReady = true;
    for (const pcm of this.#waitingSound.take()) this.#passSound(pcm);
    this.#opening?.resolve();
    this.#opening = null;
    this.#watchDeadlines();
  }

  /** Messages that cannot be sent now need not be kept: the state holds what a new connection must be told. */
  #apply({ state, messages, events, after }: WireStep<State, Sent>): void {
    this.#state = state;
    for (const message of messages) this.#socket?.send(JSON.stringify(message));
    this.#watchDeadlines();
    for (const event of events) this.#tell(event);
    if (after !== undefined) this.#apply(after(this.#state));
    if (this.#isReady && !this.#closed && this.#parts.talk.wantsNewConnection?.(this.#state)) this.#changeConnection();
  }

  /** Waits begin and end as the state says; while there is no connection nothing is waited for. */
  #watchDeadlines(): void {
    const isListening = this.#isReady && !this.#closed;
    this.#waits.watch(isListening ? this.#parts.talk.waitsOf(this.#state) : []);
  }

  #tell(event: VoiceEvent): void {
    if (this.#closed) return;
    const isLasting = event.type === 'failed' && !event.retryable;
    if (isLasting) this.#end();
    this.#listener(event);
  }

  #sendSound(pcm: Int16Array): void {
    if (!this.#isReady) this.#waitingSound.keep(pcm);
    else if ((this.#socket?.waitingBytes ?? 0) > MAX_WAITING_BYTES) this.#waitingSound.drop(pcm);
    else this.#passSound(pcm);
  }

  #passSound(given: Int16Array): void {
    const { talk } = this.#parts;
    const pcm = talk.prepareSound?.(given) ?? given;
    this.#apply(talk.toWire(this.#state, { type: 'audio', pcm }));
  }

  /** We want another one; this one was good. */
  #changeConnection(): void {
    this.#attempts = 0;
    this.#isReady = false;
    this.#watchDeadlines();
    this.#socket?.close();
    this.#socket = null;
    this.#connect();
  }

  /** The talk goes on in another connection: services end every one after some time, and some are never begun. */
  #replaceConnection(detail: string): void {
    this.#socket?.close();
    this.#handleLoss(makeFailure('connectivity', detail));
  }

  #handleLoss(failure: VoiceFailure): void {
    if (this.#closed) return;
    if (this.#isReady && this.#parts.clock.nowMs() - this.#readyAtMs > STEADY_AFTER_MS) this.#attempts = 0;
    this.#isReady = false;
    this.#timers.confirmation();
    this.#timers.ready();
    this.#watchDeadlines();
    this.#socket = null;
    const { category, detail } = failure;
    this.#parts.logger.warn({ category, detail, attempts: this.#attempts }, 'The voice service was lost.');
    const triesAnew = !this.#hasTriedAnew && (this.#parts.talk.triesAnew?.(this.#state, failure) ?? false);
    if (triesAnew) {
      this.#hasTriedAnew = true;
      this.#attempts -= 1;
    }
    const isFinal = !triesAnew && (this.#parts.talk.isFinal?.(this.#state, failure) ?? !failure.retryable);
    const delayMs = this.#parts.reconnectDelaysMs[this.#attempts];
    if (isFinal || this.#opening !== null || delayMs === undefined) {
      this.#fail(this.#opening === null ? { ...failure, retryable: false } : failure);
      return;
    }
    // One attempt goes unnoticed; after it the user should not wait for replies that may never come.
    if (this.#attempts === 1) this.#giveUpReplies(failure);
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    this.#timers.reconnect = this.#parts.clock.schedule(delayMs * jitter, () => this.#connect());
  }

  #giveUpReplies(failure: VoiceFailure): void {
    const { state, events } = this.#parts.talk.giveUpReplies(this.#state);
    this.#apply({ state, messages: [], events: [failedEvent({ ...failure, retryable: true }), ...events] });
  }

  #fail(failure: VoiceFailure): void {
    const opening = this.#opening;
    this.#opening = null;
    if (opening === null) {
      this.#tell(failedEvent(failure));
      return;
    }
    this.#parts.logger.warn(
      { category: failure.category, detail: failure.detail },
      'The voice service refused a talk.',
    );
    this.#end();
    opening.reject(new VoiceOpenError(failure));
  }
}

import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput, VoiceSession } from '../../core/voice-port.ts';
import { failedEvent, type VoiceFailure, VoiceOpenError } from '../shared/voice-failures.ts';
import { WireSocket, type WireSocketOptions } from '../shared/wire-socket.ts';
import { connected, giveUpReplies } from './connection-steps.ts';
import { type Wait, waitsOf } from './deadlines.ts';
import { classifyClose, classifyError, classifyStatus, makeFailure } from './failures.ts';
import { fromWire } from './from-wire.ts';
import { isSessionExpiry } from './service-errors.ts';
import type { WireOptions } from './session-settings.ts';
import { newTalk, type Step, type TalkState } from './talk-state.ts';
import { toWire } from './to-wire.ts';
import { readServerMessage, type ServerMessage } from './wire-messages.ts';

export type SessionParts = {
  readonly address: Pick<WireSocketOptions, 'url' | 'headers' | 'socketOptions'>;
  readonly wire: WireOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Waits before the second and later attempts to connect; the talk fails after the last. */
  readonly reconnectDelaysMs: readonly number[];
};

/** Services that imitate OpenAI may not confirm settings; they are taken to be accepted after this time. */
const CONFIRMATION_WAIT_MS = 2000;
const OPEN_LIMIT_MS = 15_000;
/** The user's latest sound, kept while there is no connection. */
const MAX_WAITING_SOUND_MS = 3000;
/** Sound is dropped while the network is this far behind: more than five seconds. */
const MAX_WAITING_BYTES = 400_000;
/** A connection that lasted this long was a good one, even if nobody spoke. */
const STEADY_AFTER_MS = 60_000;
/** Share by which a wait is lengthened or shortened, so that calls that were cut together do not return together. */
const JITTER = 0.25;

/**
 * One talk: keeps a connection to the service, and its state through the loss of one. What inputs and messages mean is
 * decided by `toWire` and `fromWire`.
 */
export class OpenAiRealtimeSession implements VoiceSession {
  readonly #parts: SessionParts;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #waitingSound: Int16Array[] = [];
  #waitingSoundMs = 0;
  #droppedSoundMs = 0;
  #state: TalkState;
  #socket: WireSocket | null = null;
  /** The service has accepted the settings of the present connection. */
  #isReady = false;
  #readyAtMs = 0;
  /** Attempts since the service last did something useful; a connection alone does not count. */
  #attempts = 0;
  #opening: { resolve: () => void; reject: (error: Error) => void } | null = null;
  /** Ends the waits for what the service owes, by their keys. */
  readonly #waits = new Map<string, () => void>();
  readonly #timers = { confirmation: () => {}, opening: () => {}, reconnect: () => {} };
  #closed = false;

  constructor(parts: SessionParts, config: VoiceConfig, listener: (event: VoiceEvent) => void) {
    this.#parts = parts;
    this.#listener = listener;
    this.#state = newTalk(config, parts.wire);
  }

  /** Resolves once the service has accepted the talk's settings; rejects with a `VoiceOpenError`. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#timers.opening = this.#parts.clock.schedule(OPEN_LIMIT_MS, () =>
        this.#fail(makeFailure('connectivity', 'the service did not begin a session in time')),
      );
      this.#connect();
    });
  }

  send(input: VoiceInput): void {
    if (this.#closed) return;
    if (input.type === 'audio') this.#sendSound(input.pcm);
    else this.#apply(toWire(this.#state, input));
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
    this.#waitingSound.length = 0;
    if (this.#droppedSoundMs > 0) {
      const droppedMs = Math.round(this.#droppedSoundMs);
      this.#parts.logger.warn({ droppedMs }, "Some of the user's sound did not reach the voice service.");
    }
  }

  #connect(): void {
    const { address, clock } = this.#parts;
    this.#isReady = false;
    this.#attempts += 1;
    this.#socket = new WireSocket({
      ...address,
      ...{ clock, refused: classifyStatus, closed: classifyClose },
      onOpen: () => {
        if (this.#opening === null) this.#awaitConfirmation();
        this.#apply(connected(this.#state));
      },
      onMessage: (data) => this.#receive(data),
      onLost: (failure) => this.#handleLoss(failure),
    });
  }

  #receive(data: string): void {
    const message = readServerMessage(data);
    if (message === null || this.#closed) return;
    this.#watch(message);
    if (message.type === 'error' && this.#opening !== null) {
      this.#fail(classifyError(message.error));
      return;
    }
    this.#apply(fromWire(this.#state, message));
    if (message.type === 'error' && isSessionExpiry(message.error)) this.#replaceConnection();
  }

  #watch(message: ServerMessage): void {
    if (message.type === 'session.updated') this.#becomeReady();
    else if (message.type === 'session.created') this.#awaitConfirmation();
    else if (message.type === 'error') {
      const { param, event_id: origin } = message.error;
      const { category, detail } = classifyError(message.error);
      this.#parts.logger.warn({ category, param, origin, detail }, 'The voice service reported an error.');
    } else if (isUseful(message)) this.#attempts = 0;
  }

  #awaitConfirmation(): void {
    if (this.#isReady) return;
    this.#timers.confirmation();
    this.#timers.confirmation = this.#parts.clock.schedule(CONFIRMATION_WAIT_MS, () => this.#becomeReady());
  }

  #becomeReady(): void {
    if (this.#isReady || this.#closed) return;
    this.#isReady = true;
    this.#readyAtMs = this.#parts.clock.nowMs();
    if (this.#opening !== null) this.#attempts = 0;
    this.#timers.confirmation();
    this.#timers.opening();
    if (this.#state.connection > 1) this.#parts.logger.info({}, 'The voice service is back.');
    for (const pcm of this.#waitingSound.splice(0)) this.#apply(toWire(this.#state, { type: 'audio', pcm }));
    this.#waitingSoundMs = 0;
    this.#opening?.resolve();
    this.#opening = null;
    this.#watchDeadlines();
  }

  /** Messages that cannot be sent now need not be kept: the state holds what a new connection must be told. */
  #apply({ state, messages, events }: Step): void {
    this.#state = state;
    for (const message of messages) this.#socket?.send(JSON.stringify(message));
    this.#watchDeadlines();
    for (const event of events) this.#tell(event);
  }

  /** Waits begin and end as the state says; while there is no connection nothing is waited for. */
  #watchDeadlines(): void {
    const isListening = this.#isReady && !this.#closed;
    const waits = new Map(isListening ? waitsOf(this.#state).map((wait) => [wait.key, wait]) : []);
    for (const [key, cancel] of this.#waits) {
      if (waits.has(key)) continue;
      cancel();
      this.#waits.delete(key);
    }
    for (const wait of waits.values()) if (!this.#waits.has(wait.key)) this.#await(wait);
  }

  #await({ key, limitMs, expire }: Wait): void {
    const end = (): void => {
      this.#waits.delete(key);
      this.#parts.logger.warn({ wait: key, limitMs }, 'The voice service let a wait run out.');
      this.#apply(expire(this.#state));
    };
    this.#waits.set(key, this.#parts.clock.schedule(limitMs, end));
  }

  #tell(event: VoiceEvent): void {
    if (this.#closed) return;
    const isLasting = event.type === 'failed' && !event.retryable;
    if (isLasting) this.#end();
    this.#listener(event);
  }

  #sendSound(pcm: Int16Array): void {
    const durationMs = wireSamplesToMs(pcm.length);
    if (!this.#isReady) this.#keepSound(pcm, durationMs);
    else if ((this.#socket?.waitingBytes ?? 0) > MAX_WAITING_BYTES) this.#droppedSoundMs += durationMs;
    else this.#apply(toWire(this.#state, { type: 'audio', pcm }));
  }

  #keepSound(pcm: Int16Array, durationMs: number): void {
    this.#waitingSound.push(pcm.slice());
    this.#waitingSoundMs += durationMs;
    while (this.#waitingSoundMs > MAX_WAITING_SOUND_MS) {
      const oldestMs = wireSamplesToMs(this.#waitingSound.shift()?.length ?? 0);
      this.#waitingSoundMs -= oldestMs;
      this.#droppedSoundMs += oldestMs;
    }
  }

  /** The service ends every session after some time; the talk goes on in another one. */
  #replaceConnection(): void {
    this.#socket?.close();
    this.#handleLoss(makeFailure('connectivity', 'the session expired'));
  }

  #handleLoss(failure: VoiceFailure): void {
    if (this.#closed) return;
    if (this.#isReady && this.#parts.clock.nowMs() - this.#readyAtMs > STEADY_AFTER_MS) this.#attempts = 0;
    this.#isReady = false;
    this.#timers.confirmation();
    this.#watchDeadlines();
    this.#socket = null;
    const { category, detail } = failure;
    this.#parts.logger.warn({ category, detail, attempts: this.#attempts }, 'The voice service was lost.');
    const delayMs = this.#parts.reconnectDelaysMs[this.#attempts];
    if (!failure.retryable || this.#opening !== null || delayMs === undefined) {
      this.#fail(this.#opening === null ? { ...failure, retryable: false } : failure);
      return;
    }
    // One attempt goes unnoticed; after it the user should not wait for replies that may never come.
    if (this.#attempts === 1) this.#giveUpReplies(failure);
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    this.#timers.reconnect = this.#parts.clock.schedule(delayMs * jitter, () => this.#connect());
  }

  #giveUpReplies(failure: VoiceFailure): void {
    const { state, events } = giveUpReplies(this.#state);
    this.#apply({ state, messages: [], events: [failedEvent(failure), ...events] });
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

/** Signs that the service works for this account, not only that it takes connections. */
function isUseful(message: ServerMessage): boolean {
  if (message.type === 'response.done') return message.response.status !== 'failed';
  return message.type === 'conversation.item.input_audio_transcription.completed';
}

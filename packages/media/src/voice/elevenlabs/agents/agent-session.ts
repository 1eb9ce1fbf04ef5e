import { wireSamplesToMs } from '../../../core/audio-format.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput, VoiceSession } from '../../../core/voice-port.ts';
import { OpenWaits } from '../../shared/open-waits.ts';
import { base64OfPcm } from '../../shared/pcm-bytes.ts';
import type { ServiceNetwork } from '../../shared/service-network.ts';
import { failedEvent, type VoiceFailure, VoiceOpenError } from '../../shared/voice-failures.ts';
import { MAX_WAITING_BYTES, WaitingSound } from '../../shared/waiting-sound.ts';
import { WireSocket } from '../../shared/wire-socket.ts';
import { connected, giveUp, isFresh } from './connection-steps.ts';
import { waitsOf } from './deadlines.ts';
import { classifyClose, classifyError, classifyStatus, failure, isExpiry } from './failures.ts';
import { fromAgent, takeSound } from './from-agent.ts';
import { initiation, mayGreet, type Words } from './initiation.ts';
import { type SoundPath, soundPath } from './sound-formats.ts';
import { newTalk, type Step, type TalkState } from './talk-state.ts';
import { toAgent, toldSettings } from './to-agent.ts';
import { type AgentMessage, type ClientMessage, readAgentMessage } from './wire-messages.ts';

export type AgentSessionParts = {
  /** Where the next conversation is begun. Rejects with a `VoiceOpenError`. */
  readonly address: (signal: AbortSignal) => Promise<string>;
  readonly words: Words;
  readonly network: ServiceNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconnectDelaysMs: readonly number[];
};

type Metadata = Extract<
  AgentMessage,
  { type: 'conversation_initiation_metadata' }
>['conversation_initiation_metadata_event'];

/** The time of each attempt, from the request for an address to the begun conversation: a service may take it and stay mute. */
const READY_LIMIT_MS = 15_000;
/** An agent that may greet is given so long to begin, so that what was asked meanwhile is not taken for its greeting. */
const GREETING_WAIT_MS = 1500;
/** A connection that lasted this long was a good one. */
const STEADY_AFTER_MS = 60_000;
/** The service ends every conversation after some time. */
const LONGEST_TIME = 'the conversation reached its longest time';
/** So much silence ends a turn that the client ends. */
const END_OF_TURN_SAMPLES = 24_000;

/** One talk: keeps a conversation with the agent. What inputs and messages mean is decided by `toAgent` and `fromAgent`. */
export class AgentSession implements VoiceSession {
  readonly #parts: AgentSessionParts;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #waits: OpenWaits<TalkState, ClientMessage>;
  readonly #timers = { ready: () => {}, greeting: () => {}, reconnect: () => {}, end: () => {} };
  #state: TalkState;
  readonly #waitingSound = new WaitingSound();
  #attempt = new AbortController();
  #socket: WireSocket | null = null;
  #sound: SoundPath | null = null;
  #isReady = false;
  #readyAtMs = 0;
  #attempts = 0;
  #opening: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #closed = false;

  constructor(parts: AgentSessionParts, config: VoiceConfig, listener: (event: VoiceEvent) => void) {
    this.#parts = parts;
    this.#listener = listener;
    this.#state = newTalk(config, parts.words);
    this.#waits = new OpenWaits(parts.clock, ({ expire }) => this.#apply(expire(this.#state)));
  }

  /** Resolves once the conversation has begun; rejects with a `VoiceOpenError`. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#connect();
    });
  }

  send(input: VoiceInput): void {
    if (this.#closed) return;
    if (input.type === 'audio') this.#sendSound(input.pcm);
    else if (input.type === 'configure') this.#configure(input.config);
    else if (input.type === 'user-turn-stopped') this.#sendSound(new Int16Array(END_OF_TURN_SAMPLES));
    else this.#apply(toAgent(this.#state, input));
  }

  async close(): Promise<void> {
    this.#end();
    this.#opening?.reject(new Error('The talk was closed while it was being opened.'));
    this.#opening = null;
  }

  #end(): void {
    this.#closed = true;
    for (const cancel of Object.values(this.#timers)) cancel();
    this.#watchDeadlines();
    this.#attempt.abort();
    this.#socket?.close();
    this.#socket = null;
    this.#waitingSound.end(this.#parts.logger);
  }

  /** There is one conversation at a time, since each is paid for: what is left of the last attempt ends here. */
  #connect(): void {
    this.#leave();
    this.#timers.reconnect();
    this.#attempts += 1;
    this.#timers.ready = this.#parts.clock.schedule(READY_LIMIT_MS, () =>
      this.#replaceConnection('no conversation was begun in time'),
    );
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#parts.address(attempt.signal).then(
      (url) => attempt.signal.aborted || this.#openSocket(url),
      (error: unknown) => attempt.signal.aborted || this.#handleLoss(lossOf(error)),
    );
  }

  #leave(): void {
    this.#isReady = false;
    this.#timers.ready();
    this.#timers.greeting();
    this.#attempt.abort();
    this.#socket?.close();
    this.#socket = null;
  }

  #openSocket(url: string): void {
    const { network, clock } = this.#parts;
    try {
      const socketOptions = network.socketOptions(url);
      this.#socket = new WireSocket({
        url,
        headers: {},
        socketOptions,
        clock,
        refused: classifyStatus,
        closed: classifyClose,
        onOpen: () => this.#begin(),
        onMessage: (data) => this.#receive(data),
        onLost: (loss) => this.#handleLoss(loss),
      });
    } catch (error) {
      this.#handleLoss(lossOf(error));
    }
  }

  #begin(): void {
    const { config, connection } = this.#state;
    this.#tellAgent([initiation(config, this.#parts.words, connection === 0)]);
  }

  #receive(data: string): void {
    const message = readAgentMessage(data);
    if (message === null || this.#closed) return;
    const nowMs = this.#parts.clock.nowMs();
    if (message.type === 'ping') this.#tellAgent([{ type: 'pong', event_id: message.ping_event.event_id }]);
    else if (message.type === 'conversation_initiation_metadata') {
      this.#agree(message.conversation_initiation_metadata_event);
    } else if (message.type === 'audio') {
      const { audio_base_64: sound, event_id: eventId, alignment = null } = message.audio_event;
      const pcm = this.#sound?.fromAgent(Buffer.from(sound, 'base64')) ?? new Int16Array();
      this.#apply(takeSound(this.#state, { pcm, eventId, alignment: alignment ?? null }, nowMs));
      this.#becomeReady();
    } else if (message.type === 'error') this.#receiveError(message);
    else {
      // A sign that the agent works, not only that it takes connections.
      if (message.type === 'agent_response') this.#attempts = 0;
      this.#apply(fromAgent(this.#state, message, nowMs));
    }
  }

  #receiveError(message: Extract<AgentMessage, { type: 'error' }>): void {
    const { category, detail } = classifyError(message.error_event);
    this.#parts.logger.warn({ category, detail }, 'The agent reported an error.');
    if (this.#opening !== null) this.#fail(classifyError(message.error_event));
    else if (isExpiry(message.error_event)) this.#replaceConnection(LONGEST_TIME);
    else this.#apply(fromAgent(this.#state, message, this.#parts.clock.nowMs()));
  }

  /** The conversation exists: its sound is agreed on, and what happened before is told. */
  #agree({ user_input_audio_format: user, agent_output_audio_format: agent }: Metadata): void {
    const sound = soundPath(user, agent);
    if (sound === null) {
      const sentence = `The agent's sound is ${user} and ${agent}. Choose PCM for both in its settings at ElevenLabs.`;
      this.#fail(failure('invalid-request', 'sound', sentence));
      return;
    }
    this.#sound = sound;
    this.#timers.ready();
    const isFirst = this.#state.connection === 0;
    const canGreet = isFirst && mayGreet(this.#state.config, this.#parts.words);
    this.#apply(connected(this.#state));
    if (!canGreet) this.#becomeReady();
    else this.#timers.greeting = this.#parts.clock.schedule(GREETING_WAIT_MS, () => this.#becomeReady());
  }

  #becomeReady(): void {
    if (this.#isReady || this.#closed) return;
    this.#isReady = true;
    this.#readyAtMs = this.#parts.clock.nowMs();
    if (this.#opening !== null) this.#attempts = 0;
    this.#timers.greeting();
    for (const pcm of this.#waitingSound.take()) this.#sendSound(pcm);
    this.#opening?.resolve();
    this.#opening = null;
    this.#watchDeadlines();
  }

  #tellAgent(messages: readonly ClientMessage[]): void {
    for (const message of messages) this.#socket?.send(JSON.stringify(message));
  }

  #apply({ state, messages, events }: Step): void {
    this.#state = state;
    this.#tellAgent(messages);
    this.#watchDeadlines();
    for (const event of events) if (!this.#closed) this.#listener(event);
  }

  /** Waits begin and end as the state says; while there is no connection nothing is waited for. */
  #watchDeadlines(): void {
    const isListening = this.#isReady && !this.#closed;
    this.#waits.watch(isListening ? waitsOf(this.#state, this.#parts.clock.nowMs()) : []);
  }

  #configure(patch: Partial<VoiceConfig>): void {
    const { config: before } = this.#state;
    const config = { ...before, ...patch };
    this.#state = { ...this.#state, config };
    const first = (one: VoiceConfig) => JSON.stringify(initiation(one, this.#parts.words, true));
    if (first(before) === first(config)) return;
    // What was not begun yet begins anew, as it is to be now.
    if (isFresh(this.#state)) this.#restart();
    else this.#apply(toldSettings(this.#state, before));
  }

  #restart(): void {
    this.#leave();
    this.#state = { ...newTalk(this.#state.config, this.#parts.words), heardMs: this.#state.heardMs };
    this.#watchDeadlines();
    this.#attempts = 0;
    this.#connect();
  }

  #sendSound(pcm: Int16Array): void {
    const { heardMs } = this.#state;
    if (!this.#isReady || this.#sound === null) {
      this.#waitingSound.keep(pcm);
      return;
    }
    this.#state = { ...this.#state, heardMs: heardMs + wireSamplesToMs(pcm.length) };
    if ((this.#socket?.waitingBytes ?? 0) > MAX_WAITING_BYTES) {
      this.#waitingSound.drop(pcm);
      return;
    }
    const sound = this.#sound.toAgent(pcm);
    if (sound.length === 0) return;
    this.#tellAgent([{ user_audio_chunk: base64OfPcm(sound) }]);
  }

  /** The talk goes on in another conversation. */
  #replaceConnection(detail: string): void {
    this.#handleLoss(failure('connectivity', detail));
  }

  #handleLoss(loss: VoiceFailure): void {
    if (this.#closed) return;
    const { clock, logger, reconnectDelaysMs } = this.#parts;
    if (this.#isReady && clock.nowMs() - this.#readyAtMs > STEADY_AFTER_MS) this.#attempts = 0;
    this.#leave();
    this.#watchDeadlines();
    const { category, detail } = loss;
    logger.warn({ category, detail, attempts: this.#attempts }, 'The agent was lost.');
    const delayMs = reconnectDelaysMs[this.#attempts];
    if (!loss.retryable || this.#opening !== null || delayMs === undefined) {
      // Who hangs up has said goodbye, which is still being played.
      const playsForMs = this.#opening === null ? Math.max(0, this.#state.playsUntilMs - clock.nowMs()) : 0;
      const lasting = this.#opening === null ? { ...loss, retryable: false } : loss;
      this.#timers.end = clock.schedule(playsForMs, () => this.#fail(lasting));
      return;
    }
    // One attempt goes unnoticed; after it nobody should wait for replies that may never come.
    if (this.#attempts === 1) {
      const { state, events } = giveUp(this.#state);
      this.#apply({ state, messages: [], events: [failedEvent(loss), ...events] });
    }
    this.#timers.reconnect = clock.schedule(delayMs, () => this.#connect());
  }

  #fail(lasting: VoiceFailure): void {
    if (this.#closed) return;
    const opening = this.#opening;
    this.#opening = null;
    this.#end();
    if (opening === null) this.#listener(failedEvent({ ...lasting, retryable: false }));
    else opening.reject(new VoiceOpenError(lasting));
  }
}

function lossOf(error: unknown): VoiceFailure {
  if (error instanceof VoiceOpenError) {
    const { category, retryable, message } = error;
    return { category, retryable, message, detail: message };
  }
  return failure('connectivity', error instanceof Error ? error.message : String(error));
}

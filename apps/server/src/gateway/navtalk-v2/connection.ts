import { buildEnd, buildProblem, type ErrorCode, errorEntry, type ServerMessage } from '@visavis/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Caller, RunningMeter } from '../../ports.ts';
import { type Admitted, admitCall } from './admit-call.ts';
import { type CallRecord, startCallRecord } from './call-record.ts';
import { reduceCall } from './call-reducer.ts';
import { type CallEffect, type CallInput, type CallState, type CallTimer, initialCallState } from './call-state.ts';
import type { ConnectQuery } from './connect-query.ts';
import { createFrameReader } from './frame-reader.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { decideOutgoing } from './outgoing.ts';

/** Inputs kept while key and avatar are looked up. */
const MAX_WAITING_INPUTS = 1000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** How long a client may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 5000;

/**
 * One v2 socket: performs what the pure core decides. It owns the socket, the timers, the place under the licence's limit
 * and the media call, and gives all of them back exactly once.
 */
export class Connection {
  /** Resolves when the record is written and everything has been given back. Never rejects. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #dependencies: GatewayDependencies;
  readonly #query: ConnectQuery;
  readonly #reader = createFrameReader();
  readonly #timers = new Map<CallTimer, NodeJS.Timeout>();
  readonly #openedAtMs = performance.now();
  #state: CallState | null = null;
  #admitted: Admitted | null = null;
  #record: CallRecord | null = null;
  #waiting: CallInput[] = [];
  #waitingBytes = 0;
  #ended = false;
  #meter: RunningMeter | null = null;
  #timeLimit: NodeJS.Timeout | undefined;
  #alive = true;
  #droppedAudioMessages = 0;
  #resolveClosed: () => void = () => {};

  constructor(
    socket: WebSocket,
    query: ConnectQuery,
    from: { readonly hostName: string; readonly caller: Caller },
    dependencies: GatewayDependencies,
  ) {
    this.#socket = socket;
    this.#query = query;
    this.#dependencies = dependencies;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    socket.on('message', (data: RawData, isBinary: boolean) => this.#onFrame(data, isBinary));
    socket.on('pong', () => {
      this.#alive = true;
    });
    socket.on('error', (error) => this.#dependencies.logger.debug({ error: error.message }, 'Socket error'));
    socket.on('close', (code) => this.#dispatch({ type: 'socket-closed', reason: `client-closed-${code}` }));
    this.#admit(from).catch((error: unknown) => this.#fail(error));
  }

  get licenceId(): string | null {
    return this.#admitted?.licence.licenceId ?? null;
  }

  get sessionId(): string | null {
    return this.#state?.settings.sessionId ?? null;
  }

  /** Ends the call with the event and the close code of `code`. */
  end(code: ErrorCode, detail?: string): void {
    this.#dispatch(detail === undefined ? { type: 'end', code } : { type: 'end', code, detail });
  }

  /** Gives a client up that has not answered the last ping; else sends the next one. */
  heartbeat(): void {
    if (!this.#alive) {
      this.#socket.terminate();
      return;
    }
    this.#alive = false;
    this.#socket.ping();
  }

  async #admit({ hostName, caller }: { hostName: string; caller: Caller }): Promise<void> {
    const result = await admitCall({
      query: this.#query,
      hostName,
      dependencies: this.#dependencies,
      caller,
      isGone: () => this.#ended,
      onLost: () => this.end('licence-reset'),
      listener: (event) => this.#dispatch({ type: 'session', event, atMs: performance.now() }),
    });
    if (result.kind === 'refused') {
      this.#refuse(result.code, result.message);
      return;
    }
    const { settings, licence } = result;
    if (this.#ended) {
      result.media.send({ type: 'close', reason: 'client-closed' });
      await result.slot.release();
      return;
    }
    const call = {
      sessionId: settings.sessionId,
      projectId: licence.projectId,
      licenceId: licence.licenceId,
      avatarId: settings.config.avatar.id,
    };
    this.#admitted = result;
    this.#record = startCallRecord({
      store: this.#dependencies.conversations,
      logger: this.#dependencies.logger,
      call,
    });
    this.#state = initialCallState(settings);
    this.#dependencies.logger.info({ ...call, provider: settings.config.provider }, 'Call started');
    this.#limitTime(result.maxCallSeconds);
    this.#meter = this.#dependencies.meter?.start(call, (code) => this.end(code)) ?? null;
    this.#dispatch({ type: 'placed', atMs: performance.now() });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.#dispatch(input);
  }

  #limitTime(maxCallSeconds: number | null): void {
    if (maxCallSeconds === null) return;
    this.#timeLimit = setTimeout(() => this.end('call-time-limit'), maxCallSeconds * 1000);
    this.#timeLimit.unref();
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    this.#alive = true;
    if (this.#ended) return;
    const atMs = performance.now();
    const reading = this.#reader.read(data, isBinary, atMs);
    switch (reading.kind) {
      case 'message':
        if (this.#state === null) this.#waitingBytes += frameBytes(data);
        this.#dispatch({ type: 'client', message: reading.message, atMs });
        return;
      case 'fatal':
        this.#dispatch({ type: 'end', code: reading.code });
        return;
      case 'ignored':
        // One note per kind of trouble: a client that always errs must not fill the log.
        if (!reading.first) return;
        this.#log('info', 'A message was ignored', { reason: reading.reason, detail: reading.detail });
        if (this.#query.extensions) {
          this.#send(buildProblem('message-ignored', `A message was ignored (${reading.reason}).`, reading.detail));
        }
    }
  }

  #dispatch(input: CallInput): void {
    if (this.#ended) return;
    if (this.#state === null) {
      this.#dispatchEarly(input);
      return;
    }
    try {
      const step = reduceCall(this.#state, input);
      this.#state = step.state;
      for (const effect of step.effects) this.#perform(effect);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A fault of the server ends this call only. */
  #fail(error: unknown): void {
    this.#log('error', 'A call failed inside the gateway', { error: String(error) });
    if (this.#ended) return;
    if (this.#admitted === null) {
      this.#refuse('backend-error');
      return;
    }
    this.#send(buildEnd('backend-error'));
    this.#finish('backend-error', 'internal');
    try {
      this.#admitted.media.send({ type: 'close', reason: 'internal' });
    } catch {
      // The media side is what failed; its own loss ends the call there.
    }
  }

  #dispatchEarly(input: CallInput): void {
    if (input.type === 'end') this.#refuse(input.code, buildEnd(input.code, input.detail));
    else if (input.type === 'socket-closed') this.#settle();
    else if (this.#waiting.length < MAX_WAITING_INPUTS && this.#waitingBytes < MAX_WAITING_BYTES)
      this.#waiting.push(input);
  }

  #perform(effect: CallEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.message);
        return;
      case 'command':
        this.#admitted?.media.send(effect.command);
        return;
      case 'record':
        this.#record?.add(effect.message);
        return;
      case 'schedule':
        this.#schedule(effect.timer, effect.delayMs);
        return;
      case 'cancel':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.delete(effect.timer);
        return;
      case 'log':
        this.#log(effect.level, effect.text, effect.fields);
        return;
      case 'finish':
        this.#finish(effect.code, effect.reason);
    }
  }

  #schedule(timer: CallTimer, delayMs: number): void {
    clearTimeout(this.#timers.get(timer));
    const handle = setTimeout(() => this.#dispatch({ type: 'timer', timer, atMs: performance.now() }), delayMs);
    this.#timers.set(timer, handle);
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const decision = decideOutgoing(message.type, this.#socket.bufferedAmount);
    if (decision === 'drop') {
      this.#droppedAudioMessages += 1;
    } else if (decision === 'give-up') {
      // Whatever is sent now would wait behind the megabytes; the close frame goes last and the socket soon after.
      queueMicrotask(() => this.end('slow-client'));
    } else {
      this.#socket.send(JSON.stringify(message));
    }
  }

  /** A call that never started. */
  #refuse(code: ErrorCode, message: ServerMessage = buildEnd(code)): void {
    if (this.#ended) return;
    this.#dependencies.logger.info({ code }, 'Call refused');
    this.#send(message);
    this.#closeSocket(code);
    this.#settle();
  }

  #finish(code: ErrorCode | null, reason: string): void {
    this.#log('info', 'Call ended', {
      reason,
      durationMs: Math.round(performance.now() - this.#openedAtMs),
      ignoredMessages: this.#reader.ignored,
      droppedAudioMessages: this.#droppedAudioMessages,
    });
    if (code !== null) this.#closeSocket(code);
    const slot = this.#admitted?.slot;
    const released = slot?.release().catch((error: unknown) => {
      this.#log('error', 'The place of a call was not given back', { error: String(error) });
    });
    this.#settle(Promise.all([released, this.#meter?.stop(), this.#record?.end(code, reason)]));
  }

  #closeSocket(code: ErrorCode): void {
    const { closeCode, closeReason } = errorEntry(code);
    this.#socket.close(closeCode, closeReason);
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  #settle(pending: Promise<unknown> = Promise.resolve()): void {
    this.#ended = true;
    this.#waiting = [];
    clearTimeout(this.#timeLimit);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    pending.finally(this.#resolveClosed);
  }

  #log(level: 'info' | 'warn' | 'error', text: string, fields: object): void {
    this.#dependencies.logger[level]({ sessionId: this.sessionId, ...fields }, text);
  }
}

function frameBytes(data: RawData): number {
  if (Array.isArray(data)) return data.reduce((sum, part) => sum + part.byteLength, 0);
  return data.byteLength;
}

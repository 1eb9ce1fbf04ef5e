import type { Duplex } from 'node:stream';
import type { SessionCommand } from '@visavis/media/session-events';
import {
  buildEnd,
  buildHeartbeat,
  buildProblem,
  type ErrorCode,
  errorEntry,
  LIMITS,
  type ServerMessage,
} from '@visavis/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Caller, Licence, RunningMeter } from '../../ports.ts';
import { CALL_LIMITS, type CallMemory, commandBytes } from '../memory/call-memory.ts';
import type { MemoryBudget } from '../memory/memory-budget.ts';
import { type Admitted, admitCall, type OpenCall } from './admit-call.ts';
import { type CallRecord, startCallRecord } from './call-record.ts';
import { reduceCall } from './call-reducer.ts';
import { type CallEffect, type CallInput, type CallState, type CallTimer, initialCallState } from './call-state.ts';
import type { ConnectQuery } from './connect-query.ts';
import { createFrameReader } from './frame-reader.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { decideOutgoing } from './outgoing.ts';
import { waitingBytes } from './reduce-client.ts';
import { SocketIntake } from './socket-intake.ts';

/** How long looking up key, avatar and place may take. */
const ADMISSION_LIMIT_MS = 30_000;
/** Ends that are no news to the operator. */
const ORDINARY_ENDS: ReadonlySet<ErrorCode> = new Set([
  'server-closing',
  'call-time-limit',
  'call-replaced',
  'missing-avatar',
]);
/** Sessions before it that a call is remembered to go on for. */
const MAX_ANCESTORS = 50;
/** How long a client may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 5000;
/** The same, when what its socket holds is needed elsewhere. */
const EVICTION_GRACE_MS = 250;

type AdmissionParts = {
  readonly hostName: string;
  readonly caller: Caller;
  readonly findCall: (sessionId: string, licenceId: string) => Connection | null;
};

/**
 * One v2 socket: performs what the pure core decides. It owns the socket, the timers, the place under the licence's limit
 * and the media call, and gives all of them back exactly once.
 */
export class Connection implements OpenCall {
  /** Resolves when the record is written and everything has been given back. Never rejects. */
  readonly closed: Promise<void>;
  readonly mediaClosed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #dependencies: GatewayDependencies;
  readonly #query: ConnectQuery;
  readonly #ipAddress: string;
  readonly #reader = createFrameReader();
  readonly #memory: CallMemory;
  readonly #intake: SocketIntake;
  readonly #timers = new Map<CallTimer, NodeJS.Timeout>();
  readonly #openedAtMs = performance.now();
  #state: CallState | null = null;
  #admitted: Admitted | null = null;
  #record: CallRecord | null = null;
  /** Events of the media that came before the call was announced. */
  #early: CallInput[] = [];
  #ended = false;
  #meter: RunningMeter | null = null;
  #timeLimit: NodeJS.Timeout | undefined;
  #alive = true;
  #droppedAudioMessages = 0;
  #resolveClosed: () => void = () => {};
  #resolveMediaClosed: () => void = () => {};
  /** The session that this call says it goes on for, and those before it; trusted once it is admitted. */
  #ancestors: readonly string[] = [];

  constructor(
    socket: WebSocket,
    query: ConnectQuery,
    from: AdmissionParts & {
      readonly transport: Duplex;
      readonly ipAddress: string;
    },
    dependencies: GatewayDependencies,
    budget: MemoryBudget,
  ) {
    this.#socket = socket;
    this.#query = query;
    this.#ipAddress = from.ipAddress;
    this.#dependencies = dependencies;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.mediaClosed = new Promise((resolve) => {
      this.#resolveMediaClosed = resolve;
    });
    this.#memory = budget.open(CALL_LIMITS, () => this.#giveMemoryUp());
    this.#intake = new SocketIntake(socket, from.transport, this.#memory, {
      message: (data, isBinary) => this.#onFrame(data, isBinary),
      sign: () => {
        this.#alive = true;
      },
      over: (code) => this.end(code),
    });
    socket.on('error', (error) => this.#dependencies.logger.debug({ error: error.message }, 'Socket error'));
    socket.on('close', (code) => {
      this.#dispatch({ type: 'socket-closed', reason: `client-closed-${code}` });
      void this.closed.then(() => this.#memory.close());
    });
    this.#timeLimit = setTimeout(() => this.end('backend-error'), ADMISSION_LIMIT_MS).unref();
    this.#admit(from).catch((error: unknown) => this.#fail(error));
  }

  get licence(): Licence | null {
    return this.#admitted?.licence ?? null;
  }

  get sessionId(): string | null {
    return this.#state?.settings.sessionId ?? null;
  }

  /** Sessions that this call goes on for, itself included, the newest last. */
  get lineage(): readonly string[] {
    return this.sessionId === null ? this.#ancestors : [...this.#ancestors, this.sessionId];
  }

  /** This call is that session, or goes on for it. */
  continues(sessionId: string): boolean {
    return this.lineage.includes(sessionId);
  }

  /** Ends the call with the event and the close code of `code`. */
  end(code: ErrorCode, detail?: string): void {
    this.#dispatch(detail === undefined ? { type: 'end', code } : { type: 'end', code, detail });
  }

  /** Gives a client up that has not answered the last ping; else sends the next one. */
  heartbeat(): void {
    // Nothing is read before the call is admitted, so that no sign of life can come.
    if (this.#state === null && !this.#ended) return;
    if (!this.#alive) {
      this.#socket.terminate();
      return;
    }
    this.#alive = false;
    this.#socket.ping();
  }

  /** Tells a client with extensions that the connection lives. */
  tellLife(intervalMs: number): void {
    if (this.#query.extensions && this.#state !== null && !this.#ended) this.#send(buildHeartbeat(intervalMs));
  }

  async #admit({ hostName, caller, findCall }: AdmissionParts): Promise<void> {
    const result = await admitCall({
      query: this.#query,
      hostName,
      dependencies: this.#dependencies,
      caller,
      isGone: () => this.#ended,
      findCall: (sessionId, licenceId) => {
        const call = findCall(sessionId, licenceId);
        this.#ancestors = [...(call?.lineage ?? []), sessionId].slice(-MAX_ANCESTORS);
        return call;
      },
      onLost: () => this.end('licence-reset'),
      listener: (event) => {
        if (event.type === 'closed') this.#resolveMediaClosed();
        this.#dispatch({ type: 'session', event, atMs: performance.now() });
      },
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
      memory: this.#memory,
      call,
      startedAt: result.startedAt,
      caller,
    });
    const { isFromElsewhere = false } = licence;
    void this.#dependencies.noteCall?.({ projectId: call.projectId, isOwnAvatar: result.isOwnAvatar, isFromElsewhere });
    this.#state = initialCallState(settings);
    this.#dependencies.logger.info({ ...call, provider: settings.config.provider }, 'Call started');
    if (result.leftOutTools > 0) {
      const fields = { avatarId: call.avatarId, leftOutTools: result.leftOutTools };
      this.#log('warn', 'Stored tools of an avatar pass a limit and are left out', fields);
    }
    this.#limitTime(result.maxCallSeconds);
    this.#meter = this.#dependencies.meter?.start(call, (code) => this.end(code)) ?? null;
    this.#dispatch({ type: 'placed', atMs: performance.now() });
    for (const input of this.#early.splice(0)) this.#dispatch(input);
    this.#intake.open();
  }

  #limitTime(maxCallSeconds: number | null): void {
    clearTimeout(this.#timeLimit);
    if (maxCallSeconds === null) return;
    this.#timeLimit = setTimeout(() => this.end('call-time-limit'), maxCallSeconds * 1000);
    this.#timeLimit.unref();
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    const atMs = performance.now();
    const reading = this.#reader.read(data, isBinary, atMs);
    switch (reading.kind) {
      case 'message':
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
      if (!this.#memory.hold('held', waitingBytes(this.#state))) this.end('too-much-data');
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
    else if (this.#early.length < LIMITS.counts.earlyEvents) this.#early.push(input);
  }

  #perform(effect: CallEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.message);
        return;
      case 'command':
        this.#command(effect.command);
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

  /** A command counts until it has left for the worker. One that ends the call is always sent. */
  #command(command: SessionCommand): void {
    const media = this.#admitted?.media;
    const bytes = commandBytes(command);
    if (command.type === 'close') media?.send(command);
    else if (this.#memory.take('worker', bytes)) media?.send(command, () => this.#memory.give('worker', bytes));
    else queueMicrotask(() => this.end('too-much-data'));
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
      this.#socket.send(JSON.stringify(message), () => this.#countOutgoing());
      if (!this.#countOutgoing()) queueMicrotask(() => this.end('slow-client'));
    }
  }

  #countOutgoing(): boolean {
    return this.#memory.hold('outgoing', this.#socket.bufferedAmount);
  }

  /** The memory of the process is spent, and this call held most of it. */
  #giveMemoryUp(): void {
    this.end('too-much-data', 'The memory for calls is used up, and this call held most of it. Send less at a time.');
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), EVICTION_GRACE_MS).unref();
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
      mostHeldBytes: this.#memory.mostHeldBytes,
      unrecordedMessages: this.#record?.leftOut ?? 0,
      shortenedMessages: this.#record?.shortened ?? 0,
    });
    if (code !== null) this.#closeSocket(code);
    const slot = this.#admitted?.slot;
    const released = slot?.release().catch((error: unknown) => {
      this.#log('error', 'The place of a call was not given back', { error: String(error) });
    });
    this.#settle(Promise.all([released, this.#meter?.stop(), this.#record?.end(code, reason)]));
  }

  #closeSocket(code: ErrorCode): void {
    if (!ORDINARY_ENDS.has(code)) {
      const { licence } = this.#admitted ?? {};
      const [ipAddress, projectId] = [this.#ipAddress, licence?.projectId ?? null];
      this.#dependencies.noteEvent?.({ action: 'call.refused', subject: code, ipAddress, projectId });
    }
    const { closeCode, closeReason } = errorEntry(code);
    this.#socket.close(closeCode, closeReason);
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  #settle(pending: Promise<unknown> = Promise.resolve()): void {
    this.#ended = true;
    this.#early = [];
    this.#memory.hold('held', 0);
    this.#intake.end();
    clearTimeout(this.#timeLimit);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    pending.finally(this.#resolveClosed);
  }

  #log(level: 'info' | 'warn' | 'error', text: string, fields: object): void {
    this.#dependencies.logger[level]({ sessionId: this.sessionId, ...fields }, text);
  }
}

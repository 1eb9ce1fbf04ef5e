import { setTimeout as delay } from 'node:timers/promises';
import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import { addUsage, type ErrorCode, LIMITS, type Usage } from '@visavis/protocol';
import type { Caller, CallFollower, Licence, RunningMeter } from '../../ports.ts';
import { type Admitted, admitCall, type OpenCall } from './admit-call.ts';
import type { CallClient } from './call-client.ts';
import { CallDeadlines } from './call-deadlines.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { failureCode } from './call-failure.ts';
import { followSafely } from './call-follower.ts';
import { type CallRecord, startCallRecord } from './call-record.ts';
import type { CallRequest } from './call-request.ts';
import type { CallEnd } from './call-settings.ts';
import { watchMembership } from './membership-watch.ts';
import { type CallMemory, commandBytes } from './memory/call-memory.ts';
import { CallTools } from './server-tools.ts';
import { emptyTranscript, noteCommand, noteEvent, type Transcript, type TranscriptStep } from './transcript.ts';

/** Ends that are no news to the operator. */
const ORDINARY_ENDS: ReadonlySet<ErrorCode> = new Set([
  'server-closing',
  'call-time-limit',
  'call-replaced',
  'missing-avatar',
]);
/** How long a session may take to tell what was heard of its last reply. */
const LAST_WORDS_MS = 3000;
/** Sessions before it that a call is remembered to go on for. */
const MAX_ANCESTORS = 50;

export type CallOrigin = {
  /** Under which the client reached this server. */
  readonly hostName: string;
  readonly caller: Caller;
  readonly ipAddress: string;
  /** The call of this licence that is this session, or goes on for it. */
  readonly findCall: (sessionId: string, licenceId: string) => Call | null;
};

type EarlyEvent = { readonly event: SessionEvent; readonly atMs: number };

type Live = {
  readonly admitted: Admitted;
  readonly record: CallRecord;
  readonly meter: RunningMeter | null;
  readonly follower: CallFollower;
  readonly tools: CallTools;
};

type CallState =
  /** Key, avatar and place are looked up. Events that the session tells meanwhile wait. */
  | { readonly phase: 'admitting'; readonly early: EarlyEvent[] }
  | ({ readonly phase: 'talking' } & Live)
  /** The client's side says goodbye. */
  | ({ readonly phase: 'ending' } & Live)
  /** The client is gone. What its session still tells of a reply that was playing belongs into the record. */
  | { readonly phase: 'closing'; readonly admitted: Admitted; readonly record: CallRecord }
  | { readonly phase: 'ended'; readonly admitted: Admitted | null };

/**
 * One call, in whatever protocol: it owns the place under the licence's limit, the session, the meter and the record, and gives
 * all of them back exactly once.
 */
export class Call implements OpenCall {
  /** Resolves when the record is written and everything has been given back. Never rejects. */
  readonly closed: Promise<void>;
  readonly mediaClosed: Promise<void>;
  readonly #request: CallRequest;
  readonly #origin: CallOrigin;
  readonly #dependencies: CallDependencies;
  readonly #memory: CallMemory;
  readonly #client: CallClient;
  readonly #openedAtMs = performance.now();
  readonly #resolveClosed: () => void;
  readonly #resolveMediaClosed: () => void;
  #state: CallState = { phase: 'admitting', early: [] };
  #transcript: Transcript | null = null;
  /** What services have counted of the talk. */
  #usage: Usage = {};
  readonly #deadlines: CallDeadlines;
  /** The session that this call says it goes on for, and those before it; trusted once it is admitted. */
  #ancestors: readonly string[] = [];

  constructor(
    request: CallRequest,
    origin: CallOrigin,
    dependencies: CallDependencies,
    memory: CallMemory,
    client: CallClient,
  ) {
    this.#request = request;
    this.#origin = origin;
    this.#dependencies = dependencies;
    this.#memory = memory;
    this.#client = client;
    const closed = Promise.withResolvers<void>();
    const mediaClosed = Promise.withResolvers<void>();
    [this.closed, this.mediaClosed] = [closed.promise, mediaClosed.promise];
    [this.#resolveClosed, this.#resolveMediaClosed] = [closed.resolve, mediaClosed.resolve];
    this.#deadlines = new CallDeadlines((code, detail) => this.end(code, detail));
    this.#admit().catch((error: unknown) => this.fail(error));
  }

  get licence(): Licence | null {
    return this.#admitted?.licence ?? null;
  }

  get sessionId(): string | null {
    return this.#admitted?.settings.sessionId ?? null;
  }

  /** Sessions that this call goes on for, itself included, the newest last. */
  get lineage(): readonly string[] {
    return this.sessionId === null ? this.#ancestors : [...this.#ancestors, this.sessionId];
  }

  get isOver(): boolean {
    return this.#state.phase === 'closing' || this.#state.phase === 'ended';
  }

  /** This call is that session, or goes on for it. */
  continues(sessionId: string): boolean {
    return this.lineage.includes(sessionId);
  }

  /** The server ends the call. `detail` takes the place of the table's sentence, `reason` stands in the record. */
  end(code: ErrorCode, detail?: string, reason: string = code): void {
    this.#end(detail === undefined ? { code } : { code, detail }, reason);
  }

  /** The client hung up, or its connection died. */
  hangUp(reason: string): void {
    this.#end(null, reason);
  }

  /** A fault of the server ends this call only. */
  fail(error: unknown): void {
    this.log('error', 'A call failed inside the gateway', { error: String(error) });
    this.end('backend-error', undefined, 'internal');
  }

  /** A command counts as memory of the call until it has left for the worker. */
  command(command: SessionCommand): void {
    const state = this.#state;
    if (state.phase !== 'talking' && state.phase !== 'ending') return;
    const admitted = state.tools.admit(command);
    if (admitted === null) return;
    this.#command(state, admitted);
    // Afterwards: what the follower answers to the user's words comes behind them.
    if (command.type !== 'user-audio') state.follower.command(command);
  }

  #command(state: Live, command: SessionCommand): void {
    if (command.type !== 'user-audio') this.#write(state, (transcript) => noteCommand(transcript, command));
    const bytes = commandBytes(command);
    if (this.#memory.take('worker', bytes)) {
      state.admitted.media.send(command, () => this.#memory.give('worker', bytes));
    } else {
      queueMicrotask(() => this.end('too-much-data'));
    }
  }

  log(level: 'info' | 'warn' | 'error', text: string, fields: object): void {
    this.#dependencies.logger[level]({ sessionId: this.sessionId, ...fields }, text);
  }

  get #admitted(): Admitted | null {
    return this.#state.phase === 'admitting' ? null : this.#state.admitted;
  }

  async #admit(): Promise<void> {
    const { hostName, caller } = this.#origin;
    const result = await admitCall({
      request: this.#request,
      hostName,
      dependencies: this.#dependencies,
      caller,
      isGone: () => this.isOver,
      findCall: (sessionId, licenceId) => this.#findContinued(sessionId, licenceId),
      onLost: () => this.end('licence-reset'),
      listener: (event) => this.#onEvent(event),
    });
    const state = this.#state;
    if (result.kind === 'refused') {
      this.#end(result.end, result.end.code);
    } else if (state.phase !== 'admitting') {
      result.media.send({ type: 'close', reason: 'client-closed' });
      result.serverTools?.close();
      await result.slot.release();
    } else {
      this.#start(result, state.early);
      const end = () => this.end('expired-token', undefined, 'member-removed');
      void this.closed.then(watchMembership(this.#dependencies.admission, result.licence, end));
    }
  }

  #findContinued(sessionId: string, licenceId: string): Call | null {
    const call = this.#origin.findCall(sessionId, licenceId);
    this.#ancestors = [...(call?.lineage ?? []), sessionId].slice(-MAX_ANCESTORS);
    return call;
  }

  #start(admitted: Admitted, early: readonly EarlyEvent[]): void {
    const { settings, licence, startedAt, leftOutTools, isOwnAvatar } = admitted;
    const { conversations: store, logger, meter, noteCall } = this.#dependencies;
    const call = {
      sessionId: settings.sessionId,
      projectId: licence.projectId,
      licenceId: licence.licenceId,
      avatarId: settings.config.avatar.id,
    };
    const record = startCallRecord({
      store,
      logger,
      memory: this.#memory,
      call,
      callerId: licence.callerId ?? null,
      startedAt,
      caller: this.#origin.caller,
    });
    const follower = this.#follow(admitted);
    const tools = new CallTools(admitted.serverTools, (result) => this.#sayUnasked(result));
    const open = { phase: 'talking', admitted, record, follower, tools } as const;
    this.#state = { ...open, meter: null };
    const { isFromElsewhere = false, projectId } = licence;
    void noteCall?.({ projectId, isOwnAvatar, isFromElsewhere });
    this.#transcript = emptyTranscript(settings.config.turnDetection);
    logger.info({ ...call, provider: settings.config.provider }, 'Call started');
    const running = meter?.start(call, (code) => queueMicrotask(() => this.end(code))) ?? null;
    this.#state = { ...open, meter: running };
    if (leftOutTools > 0) {
      const fields = { avatarId: call.avatarId, leftOutTools };
      this.log('warn', 'Stored tools of an avatar pass a limit and are left out', fields);
    }
    this.#deadlines.placed(admitted.maxCallSeconds);
    this.#guard(() => this.#client.placed(settings));
    if (admitted.earlierTalks !== null) {
      const items = [{ role: 'system' as const, text: admitted.earlierTalks }];
      this.#sayUnasked({ type: 'history', items });
    }
    for (const { event, atMs } of early) this.#take(event, atMs);
  }

  /** A command that is not its client's. */
  #sayUnasked(command: SessionCommand): void {
    const state = this.#state;
    if (state.phase === 'talking') this.#guard(() => this.#command(state, command));
  }

  #follow(admitted: Admitted): CallFollower {
    const say = {
      command: (command: SessionCommand) => this.#sayUnasked(command),
      report: (code: 'operator-away', message: string) =>
        this.#onEvent({ type: 'failed', code, message, fatal: false }),
    };
    return followSafely(this.#dependencies.follow, admitted, say, (error) => {
      this.log('error', 'Somebody who follows a call failed', { error: String(error) });
    });
  }

  #onEvent(event: SessionEvent): void {
    const state = this.#state;
    const atMs = performance.now();
    if (event.type === 'closed') this.#resolveMediaClosed();
    if (event.type === 'usage') this.#usage = addUsage(this.#usage, event.part, event.amounts);
    if (state.phase === 'closing') this.#write(state, (transcript) => noteEvent(transcript, event, atMs));
    else if (state.phase !== 'admitting') this.#take(event, atMs);
    else if (state.early.length < LIMITS.counts.earlyEvents) state.early.push({ event, atMs });
  }

  #take(event: SessionEvent, atMs: number): void {
    const state = this.#state;
    if (state.phase !== 'talking') return;
    if (event.type === 'closed') {
      this.end('call-ended', undefined, event.reason);
      return;
    }
    if (event.type === 'failed' && event.fatal) {
      this.end(failureCode(event.code), event.message || undefined, event.code);
      return;
    }
    if (event.type === 'ready') this.#deadlines.ready();
    const isServers = state.tools.take(event);
    this.#write(state, (transcript) => noteEvent(transcript, event, atMs, isServers));
    if (isServers) return;
    state.follower.event(event);
    this.#guard(() => this.#client.event(event, atMs));
    if (event.type === 'reply-started' && event.by === undefined) this.#tellFound(state, event.turnId, atMs);
  }

  /** Where what tools have found for the reply stands. */
  #tellFound({ tools }: Live, turnId: string, atMs: number): void {
    const sources = tools.takeFound();
    if (sources.length > 0) this.#take({ type: 'reply-sources', turnId, sources }, atMs);
  }

  #write({ record }: Pick<Live, 'record'>, note: (transcript: Transcript) => TranscriptStep): void {
    if (this.#transcript === null) return;
    const { transcript, fact } = note(this.#transcript);
    this.#transcript = transcript;
    if (fact !== null) record.add(fact);
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  #end(end: CallEnd | null, reason: string): void {
    const state = this.#state;
    if (state.phase !== 'admitting' && state.phase !== 'talking') return;
    if (state.phase === 'admitting') {
      this.#state = { phase: 'ended', admitted: null };
      if (end !== null) this.#dependencies.logger.info({ code: end.code }, 'Call refused');
      this.#sayGoodbye(end, null);
      this.#settle(Promise.resolve());
      return;
    }
    const { admitted, record, meter } = state;
    this.#state = { ...state, phase: 'ending' };
    state.tools.end();
    state.follower.ended();
    this.#sayGoodbye(end, admitted);
    this.#state = { phase: 'closing', admitted, record };
    const endedAt = new Date();
    try {
      admitted.media.send({ type: 'close', reason });
    } catch {
      // The media side is what failed; its own loss ends the session there.
    }
    this.#logEnd(record, reason);
    const released = admitted.slot.release().catch((error: unknown) => {
      this.log('error', 'The place of a call was not given back', { error: String(error) });
    });
    const recorded = this.#lastWords().then(() => {
      this.#state = { phase: 'ended', admitted };
      return record.end(end?.code ?? null, { reason, endedAt, usage: this.#usage });
    });
    this.#settle(Promise.all([released, meter?.stop(), recorded]));
  }

  /** Resolves when the session has told all that it had to tell. */
  async #lastWords(): Promise<void> {
    await Promise.race([this.mediaClosed, delay(LAST_WORDS_MS, undefined, { ref: false })]);
  }

  #sayGoodbye(end: CallEnd | null, admitted: Admitted | null): void {
    if (end !== null && !ORDINARY_ENDS.has(end.code)) {
      const { ipAddress } = this.#origin;
      const projectId = admitted?.licence.projectId ?? null;
      this.#dependencies.noteEvent?.({ action: 'call.refused', subject: end.code, ipAddress, projectId });
    }
    try {
      this.#client.ending(end);
    } catch (error) {
      this.log('error', 'A call could not be told its end', { error: String(error) });
    }
  }

  #logEnd(record: CallRecord, reason: string): void {
    this.log('info', 'Call ended', {
      reason,
      usage: this.#usage,
      durationMs: Math.round(performance.now() - this.#openedAtMs),
      ...this.#client.counters(),
      mostHeldBytes: this.#memory.mostHeldBytes,
      unrecordedMessages: record.leftOut,
      shortenedMessages: record.shortened,
    });
  }

  #settle(pending: Promise<unknown>): void {
    this.#deadlines.stop();
    void pending.finally(this.#resolveClosed);
  }
}

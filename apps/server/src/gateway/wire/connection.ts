import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { ReducerShell } from '@visavis/protocol/reducer-shell';
import type { RawData } from 'ws';
import { Call, type CallOrigin } from '../calls/call.ts';
import type { CallClient } from '../calls/call-client.ts';
import type { CallRequest } from '../calls/call-request.ts';
import type { CallEnd, CallSettings } from '../calls/call-settings.ts';
import { CALL_LIMITS, type CallMemory } from '../calls/memory/call-memory.ts';
import type { MemoryBudget } from '../calls/memory/memory-budget.ts';
import type { WireSocket } from './channel-socket.ts';
import { createFrameReader, type FrameReader } from './frame-reader.ts';
import { Hurry } from './hurry.ts';
import { decideOutgoing } from './outgoing.ts';
import { SocketIntake } from './socket-intake.ts';
import type { WireDependencies } from './wire-dependencies.ts';
import type { WireEffect, WireInput, WireProtocol } from './wire-protocol.ts';

/** How long a client may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 5000;
/** The same, when what its socket holds is needed elsewhere. */
const EVICTION_GRACE_MS = 250;

/** Other controllers of one call. */
const MAX_SIDES = 4;
/** Close codes of sides: the call is over; what they say is more than may be; their key holds no more. */
const CALL_ENDED = 1000;
const TOO_MUCH = 1009;
const KEY_GONE = 3000;

/** A second socket of the same client, for what its protocol does not say on the first. */
export type Companion = {
  send(text: string): void;
  ping(): void;
  /** The call is over. */
  close(): void;
};

/** The socket of another controller of the call, who hears what the client is told, and says what the client may say. */
export type Side = {
  /** Whose key let it in. */
  readonly licenceId: string;
  send(text: string): void;
  heartbeat(): void;
  close(code: number, reason: string): void;
};

/** How a side speaks, and how it leaves. */
type JoinedSide = {
  readonly take: (data: RawData, isBinary: boolean) => void;
  readonly leave: () => void;
};

/** A connection of whatever protocol. */
export type OpenConnection = {
  readonly call: Call;
  /** Other controllers may join it. */
  readonly takesSides: boolean;
  /** Null: it has as many as it takes, or is over. */
  joinSide(side: Side): JoinedSide | null;
  /** Sends away whom this licence let in. */
  endSides(licenceId: string): void;
  heartbeat(): void;
  tellLife(intervalMs: number): void;
  readonly wantsCompanion: boolean;
  join(companion: Companion): void;
  takeAside(data: RawData, isBinary: boolean): void;
};

/** A socket as it arrives. */
export type Arrival = {
  readonly socket: WireSocket;
  readonly transport: Duplex;
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly origin: CallOrigin;
};

/** One socket and its call: performs what the wire protocol's reducer decides, and owns the socket and its timers. */
export class Connection<
  State,
  Message,
  Timer extends string,
  Incoming extends { readonly type: string },
  Request extends CallRequest,
> implements CallClient, OpenConnection
{
  readonly call: Call;
  readonly #socket: WireSocket;
  readonly #protocol: WireProtocol<State, Message, Timer, Incoming, Request>;
  readonly #reader: FrameReader<Incoming>;
  readonly #memory: CallMemory;
  readonly #intake: SocketIntake;
  readonly #hurry = new Hurry(performance.now());
  readonly #shell: ReducerShell<State, WireInput<Timer, Incoming>, WireEffect<Message, Timer>>;
  readonly #timers = new Map<Timer, NodeJS.Timeout>();
  readonly #asideReader: FrameReader<Incoming> | null;
  /** What is said aside while nobody is there to hear it. */
  readonly #unheard: string[] = [];
  /** Resolves when the call has its place; never, where it is refused. */
  readonly whenPlaced: Promise<void>;
  readonly #resolvePlaced: () => void;
  readonly #sides = new Set<Side>();
  #companion: Companion | null = null;
  #isReading = false;
  #isAlive = true;
  #droppedAudioMessages = 0;

  constructor(
    { socket, transport, query, headers, origin }: Arrival,
    protocol: WireProtocol<State, Message, Timer, Incoming, Request>,
    dependencies: WireDependencies,
    budget: MemoryBudget,
  ) {
    this.#socket = socket;
    this.#protocol = protocol;
    const placed = Promise.withResolvers<void>();
    this.whenPlaced = placed.promise;
    this.#resolvePlaced = placed.resolve;
    const { decode, decodeAside, readSound } = protocol;
    this.#reader = createFrameReader({
      decode,
      ...(readSound && { readSound: (frame: Buffer) => readSound(frame, this.#shell.state) }),
    });
    this.#asideReader = decodeAside === undefined ? null : createFrameReader({ decode: decodeAside });
    const request = protocol.readConnect(query, headers);
    this.#shell = new ReducerShell({
      state: protocol.initialState(request),
      reduce: protocol.reduce,
      perform: (effect: WireEffect<Message, Timer>) => this.#perform(effect),
    });
    this.#memory = budget.open(CALL_LIMITS, () => this.#giveMemoryUp());
    this.#intake = new SocketIntake(socket, transport, this.#memory, {
      message: (data, isBinary) => this.#onFrame(this.#reader, data, isBinary),
      sign: () => {
        this.#isAlive = true;
      },
      over: (code) => this.call.end(code),
      mayWait: () => this.#hurry.isOver(performance.now()),
    });
    this.call = new Call(request, origin, dependencies, this.#memory, this);
    socket.on('error', (error) => dependencies.logger.debug({ error: error.message }, 'Socket error'));
    socket.on('close', (code) => {
      this.call.hangUp(`client-closed-${code}`);
      void this.call.closed.then(() => this.#memory.close());
    });
  }

  /** Gives a client up that has not answered the last ping; else sends the next one. */
  heartbeat(): void {
    // Nothing is read before the call is admitted, so that no sign of life can come.
    if (!this.#isReading) return;
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
    this.#companion?.ping();
    for (const side of this.#sides) side.heartbeat();
  }

  /** A companion may still join: the call has none, and is not over. */
  get wantsCompanion(): boolean {
    return this.#asideReader !== null && this.#companion === null && !this.call.isOver;
  }

  join(companion: Companion): void {
    this.#companion = companion;
    for (const text of this.#unheard.splice(0)) companion.send(text);
  }

  /** What the client says on its second socket. */
  takeAside(data: RawData, isBinary: boolean): void {
    if (this.#asideReader !== null && this.#isReading) this.#onFrame(this.#asideReader, data, isBinary);
  }

  get takesSides(): boolean {
    return false;
  }

  /** Its protocol knows of other controllers, and it is going on. */
  protected get canBeJoined(): boolean {
    return this.#protocol.side !== undefined && this.#isReading && !this.call.isOver;
  }

  joinSide(side: Side): JoinedSide | null {
    const { side: rules, decode, encode } = this.#protocol;
    if (rules === undefined || !this.takesSides || this.#sides.size >= MAX_SIDES) return null;
    this.#sides.add(side);
    for (const message of rules.greet(this.#shell.state)) side.send(encode(message));
    this.call.log('info', 'Another controller joined the call', { sides: this.#sides.size });
    const reader = createFrameReader({ decode });
    return {
      take: (data, isBinary) => {
        const reading = reader.read(data, isBinary, performance.now());
        if (reading.kind === 'fatal') side.close(TOO_MUCH, reading.code);
        if (reading.kind !== 'message') return;
        const refusal = rules.refuse(reading.message);
        if (refusal !== null) side.send(encode(refusal));
        else this.#dispatch({ type: 'client', message: reading.message, atMs: performance.now() });
      },
      leave: () => void this.#sides.delete(side),
    };
  }

  endSides(licenceId: string): void {
    for (const side of [...this.#sides]) if (side.licenceId === licenceId) side.close(KEY_GONE, 'key revoked');
  }

  /** Tells the client that the connection lives. */
  tellLife(intervalMs: number): void {
    if (this.#isReading && !this.call.isOver) this.#dispatch({ type: 'heartbeat', intervalMs });
  }

  placed(settings: CallSettings): void {
    this.#shell.dispatch({ type: 'placed', settings });
    this.#isReading = true;
    this.#intake.open();
    this.#resolvePlaced();
  }

  event(event: SessionEvent, atMs: number): void {
    this.#hurry.event(event, atMs);
    this.#intake.hurry();
    this.#shell.dispatch({ type: 'session', event, atMs });
    this.#countWaiting();
  }

  ending(end: CallEnd | null): void {
    try {
      this.#shell.dispatch({ type: 'ending', end });
    } finally {
      this.#isReading = true;
      this.#memory.hold('held', 0);
      this.#intake.end();
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
      this.#companion?.close();
      for (const side of [...this.#sides]) side.close(CALL_ENDED, 'call ended');
      if (end !== null) setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
    }
  }

  counters(): Readonly<Record<string, unknown>> {
    return { ignoredMessages: this.#reader.ignored, droppedAudioMessages: this.#droppedAudioMessages };
  }

  #onFrame(reader: FrameReader<Incoming>, data: RawData, isBinary: boolean): void {
    if (this.call.isOver) return;
    const atMs = performance.now();
    const reading = reader.read(data, isBinary, atMs);
    switch (reading.kind) {
      case 'message':
        this.#hurry.sign(atMs);
        this.#dispatch({ type: 'client', message: reading.message, atMs });
        return;
      case 'sound':
        this.#takeSound(reading.bytes);
        return;
      case 'fatal':
        this.call.end(reading.code);
        return;
      case 'ignored': {
        // One note per kind of trouble: a client that always errs must not fill the log.
        if (!reading.first) return;
        const { reason, detail } = reading;
        this.call.log('info', 'A message was ignored', { reason, detail });
        this.#dispatch({ type: 'ignored', reason, detail });
      }
    }
  }

  /** No reducer decides anything of it, so that none is asked. */
  #takeSound(bytes: Uint8Array): void {
    try {
      this.call.command({ type: 'user-audio', bytes });
    } catch (error) {
      this.call.fail(error);
    }
  }

  #dispatch(input: WireInput<Timer, Incoming>): void {
    if (this.call.isOver) return;
    try {
      this.#shell.dispatch(input);
      this.#countWaiting();
    } catch (error) {
      this.call.fail(error);
    }
  }

  #countWaiting(): void {
    if (this.call.isOver) return;
    if (!this.#memory.hold('held', this.#protocol.waitingBytes(this.#shell.state))) this.call.end('too-much-data');
  }

  #perform(effect: WireEffect<Message, Timer>): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.message, effect.isSound ?? false);
        return;
      case 'command':
        this.call.command(effect.command);
        return;
      case 'schedule':
        this.#schedule(effect.timer, effect.delayMs);
        return;
      case 'cancel':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.delete(effect.timer);
        return;
      case 'log':
        this.call.log(effect.level, effect.text, effect.fields);
        return;
      case 'send-aside':
        this.#sendAside(effect.text);
        return;
      case 'close':
        this.#socket.close(effect.closeCode, effect.closeReason);
    }
  }

  #schedule(timer: Timer, delayMs: number): void {
    clearTimeout(this.#timers.get(timer));
    const handle = setTimeout(() => this.#dispatch({ type: 'timer', timer, atMs: performance.now() }), delayMs);
    this.#timers.set(timer, handle);
  }

  #send(message: Message, isSound: boolean): void {
    // Only for whoever is told it, and once for all of them.
    let text: string | undefined;
    if (!isSound) {
      for (const side of this.#sides) {
        text ??= this.#protocol.encode(message);
        side.send(text);
      }
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const decision = decideOutgoing(isSound, this.#socket.bufferedAmount);
    if (decision === 'drop') {
      this.#droppedAudioMessages += 1;
    } else if (decision === 'give-up') {
      // Whatever is sent now would wait behind the megabytes; the close frame goes last and the socket soon after.
      queueMicrotask(() => this.call.end('slow-client'));
    } else {
      text ??= this.#protocol.encode(message);
      this.#socket.send(text, () => this.#countOutgoing());
      if (!this.#countOutgoing()) queueMicrotask(() => this.call.end('slow-client'));
    }
  }

  #sendAside(text: string): void {
    if (this.#companion !== null) this.#companion.send(text);
    else if (this.#unheard.length < LIMITS.counts.earlyEvents) this.#unheard.push(text);
  }

  #countOutgoing(): boolean {
    return this.#memory.hold('outgoing', this.#socket.bufferedAmount);
  }

  /** The memory of the process is spent, and this call held most of it. */
  #giveMemoryUp(): void {
    const detail = 'The memory for calls is used up, and this call held most of it. Send less at a time.';
    this.call.end('too-much-data', detail);
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), EVICTION_GRACE_MS).unref();
  }
}

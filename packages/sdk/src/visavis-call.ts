import type { ExpressionName, WireIceServer, WireSessionDescription } from '@visavis/protocol';
import { browserEnvironment, type CallEnvironment, type CallOptions, socketUrl } from './call-options.ts';
import { callProblem, type EndReason, type ProblemCode, type ProblemSpecifics } from './call-problem.ts';
import { type CallEvents, type CallParts, type CallSnapshot, initialParts } from './call-snapshot.ts';
import { judgeClose } from './close-verdict.ts';
import { afterHeard, afterSignal, afterTypedText, type Conversation, emptyConversation } from './conversation.ts';
import { EventEmitter } from './event-emitter.ts';
import { readServerSignal, type ServerSignal } from './from-wire.ts';
import { MediaLink, type MediaState } from './media-link.ts';
import { MicrophoneControl } from './microphone-control.ts';
import { ReconnectPlan } from './reconnect-plan.ts';
import { SocketLink } from './socket-link.ts';
import type { SoundMeter } from './sound-meter.ts';
import type { CallStatistics } from './statistics.ts';
import {
  answerMessage,
  audioMessage,
  type CallConfig,
  candidateMessage,
  configMessage,
  type ExpressionOptions,
  expressionMessage,
  type HistoryTurn,
  historyMessage,
  imageMessage,
  interruptMessage,
  respondMessage,
  sayMessage,
  toolResultMessage,
  userTextMessage,
} from './to-wire.ts';
import { ToolRunner } from './tool-runner.ts';
import { closed } from './transcript.ts';
import { VideoOutlet } from './video-outlet.ts';

const mediaTimeoutMs = 20_000;
const disconnectedGraceMs = 10_000;

/** One call with an avatar. A call is used once: after `ended`, make a new one. */
export class VisavisCall extends EventEmitter<CallEvents> {
  readonly #options: CallOptions;
  readonly #environment: CallEnvironment;
  readonly #microphone: MicrophoneControl;
  readonly #outlet: VideoOutlet;
  readonly #tools: ToolRunner;
  #conversation: Conversation = emptyConversation;
  #parts: CallParts;
  #snapshot: CallSnapshot;
  #config: CallConfig;
  #socket: SocketLink | null = null;
  #media: MediaLink | null = null;
  #meter: SoundMeter | null = null;
  #iceServers: readonly WireIceServer[] = [];
  #waitingOffer: WireSessionDescription | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #mediaConnected = false;
  #wasConnected = false;
  readonly #reconnects: ReconnectPlan;
  #typedCount = 0;

  constructor(options: CallOptions, environment: CallEnvironment = browserEnvironment()) {
    super();
    this.#options = options;
    this.#environment = environment;
    this.#config = options.config ?? {};
    this.#reconnects = new ReconnectPlan(options.reconnectAttempts);
    this.#tools = new ToolRunner(options.onToolCall);
    this.#outlet = new VideoOutlet((soundBlocked) => this.#update({ soundBlocked }));
    this.#microphone = new MicrophoneControl(environment.openMicrophone, options.microphoneOptions ?? {}, {
      onStatus: (microphone) => this.#update({ microphone }),
      onProblem: (notice) => this.#update({ notice }),
      onSound: (pcm) => {
        if (this.#parts.ready) this.#socket?.sendSound(audioMessage(pcm));
      },
      onLevel: (level) => this.emit('level', level),
    });
    this.#parts = initialParts(this.#microphone.status);
    this.#snapshot = this.#makeSnapshot();
  }

  get snapshot(): CallSnapshot {
    return this.#snapshot;
  }

  /** Call from a click: browsers tie the microphone and sound to a gesture. */
  connect(): void {
    if (this.#parts.state !== 'idle') return;
    if (this.#environment.createPeer === null) {
      this.#end('media-unsupported');
      return;
    }
    this.#update({ state: 'connecting' });
    this.#openSocket(this.#options.history ?? []);
    if (this.#options.microphone !== 'manual') void this.#microphone.start();
  }

  /** Shows the avatar in this element; null takes it off again. */
  attach(video: HTMLVideoElement | null): void {
    this.#outlet.attach(video);
  }

  unblockSound(): Promise<void> {
    return this.#outlet.unblock();
  }

  startMicrophone(): Promise<boolean> {
    if (this.#parts.state === 'ended') return Promise.resolve(false);
    this.#update({ notice: null });
    return this.#microphone.start();
  }

  stopMicrophone(): void {
    this.#microphone.stop();
  }

  setMuted(muted: boolean): void {
    this.#microphone.setMuted(muted);
  }

  /** While on, sound is sent only between `setTalking(true)` and `setTalking(false)`. */
  setPushToTalk(enabled: boolean): void {
    this.#microphone.setPushToTalk(enabled);
  }

  setTalking(talking: boolean): void {
    this.#microphone.setPressed(talking);
  }

  /** Sends words as the user's turn and asks for an answer. False when the session is not ready. */
  sendText(text: string): boolean {
    const words = text.trim();
    if (words === '' || !this.#parts.ready) return false;
    if (this.#conversation.activity === 'speaking') this.interrupt();
    if (!this.#send(userTextMessage(words))) return false;
    this.#typedCount += 1;
    this.#converse(afterTypedText(this.#conversation, `typed-${this.#typedCount}`, words));
    return this.respond();
  }

  /** Asks the avatar to speak now. */
  respond(): boolean {
    if (!this.#parts.ready || !this.#send(respondMessage())) return false;
    this.#measureUntilSound();
    return true;
  }

  /** Makes the avatar speak exactly this text. */
  say(text: string): boolean {
    return this.#parts.ready && this.#send(sayMessage(text));
  }

  /** Makes the face show an expression for a while; it replaces the one before. */
  express(expression: ExpressionName, options: ExpressionOptions = {}): boolean {
    return this.#parts.ready && this.#send(expressionMessage(expression, options));
  }

  /** Makes the avatar stop speaking. */
  interrupt(): boolean {
    return this.#parts.ready && this.#send(interruptMessage());
  }

  /** `dataUrl` is a JPEG or PNG. With `reply` the avatar answers at once, else it keeps the picture in mind. */
  sendImage(dataUrl: string, reply: boolean): boolean {
    return this.#parts.ready && this.#send(imageMessage(dataUrl, reply));
  }

  /** Changes voice, prompt or tools, also in mid-call. */
  configure(config: CallConfig): void {
    this.#config = { ...this.#config, ...config };
    const message = configMessage(config);
    if (message !== null && this.#parts.state !== 'ended') this.#send(message);
  }

  dismissNotice(): void {
    this.#update({ notice: null });
  }

  /** Null while no media is connected. */
  async getStats(): Promise<CallStatistics | null> {
    return (await this.#media?.statistics()) ?? null;
  }

  /** Chunks of microphone sound dropped because the network could not keep up. */
  get droppedChunks(): number {
    return this.#socket?.droppedChunks ?? 0;
  }

  /** Ends the call. Idempotent. */
  hangUp(): void {
    this.#end('hung-up');
  }

  #openSocket(history: readonly HistoryTurn[]): void {
    this.#setTimer(this.#reconnects.acceptTimeoutMs, () => this.#lost('server-unreachable'));
    try {
      const socket = new SocketLink(
        this.#environment.createSocket,
        socketUrl(this.#options, this.#reconnects.session),
        {
          onOpen: () => {
            const config = configMessage(this.#config);
            if (config !== null) this.#send(config);
          },
          onFrame: (text) => {
            const signal = readServerSignal(text);
            if (signal !== null) this.#handle(signal, history);
          },
          onWire: (makeRecord) => this.emitWhenHeard('wire', makeRecord),
          onClosed: ({ opened, code, reason }) => {
            const verdict = judgeClose({ opened, code, reason });
            if (verdict.mayReconnect) this.#lost(verdict.problem, verdict.specifics);
            else this.#end(verdict.problem, verdict.specifics);
          },
        },
      );
      this.#socket = socket;
    } catch (error) {
      this.#end('server-unreachable', errorDetail(error));
    }
  }

  #handle(signal: ServerSignal, history: readonly HistoryTurn[]): void {
    switch (signal.type) {
      case 'accepted':
        this.#iceServers = signal.iceServers;
        this.#setTimer(mediaTimeoutMs, () => this.#lost('media-timeout'));
        this.#update({ sessionId: signal.sessionId });
        if (this.#waitingOffer !== null) this.#answer(this.#waitingOffer);
        return;
      case 'warning':
        this.emit('warning', signal.message);
        return;
      case 'trouble':
        this.#update({ notice: callProblem('server-trouble', { detail: signal.message }) });
        return;
      case 'rejected':
        if (this.#reconnects.outlasts(signal)) this.#lost(signal.code, signal.specifics);
        else this.#end(signal.code, signal.specifics);
        return;
      case 'session-created':
        this.#reconnects.remember(signal);
        for (const turn of history) this.#send(historyMessage(turn));
        return;
      case 'session-updated':
        // Repeats answer a change of the configuration; only the first one opens the session.
        if (!this.#parts.ready) {
          this.#update({ ready: true });
          this.#settle();
        }
        return;
      case 'offer':
        if (this.#parts.sessionId === null) this.#waitingOffer = signal.description;
        else this.#answer(signal.description);
        return;
      case 'candidate':
        this.#media?.addCandidate(signal.candidate);
        return;
      case 'tool-call':
        void this.#runTool(signal);
        return;
      default:
        this.#handleTalk(signal);
    }
  }

  #handleTalk(signal: ServerSignal): void {
    if (signal.type === 'user-speech-started') this.#meter?.cancel();
    if (signal.type === 'user-speech-stopped') this.#measureUntilSound();
    this.#converse(afterSignal(this.#conversation, signal));
  }

  #answer(offer: WireSessionDescription): void {
    const { createPeer } = this.#environment;
    if (createPeer === null) return;
    this.#waitingOffer = null;
    this.#closeMedia();
    const media = new MediaLink(createPeer, this.#iceServers, {
      onAnswer: (description) => this.#send(answerMessage(description)),
      onCandidate: (candidate) => this.#send(candidateMessage(candidate)),
      onStream: (stream) => {
        this.#outlet.setStream(stream);
        this.#meter ??= this.#environment.createSoundMeter(stream);
      },
      onState: (state) => this.#handleMediaState(state),
      onError: (error) => this.#end('media-failed', errorDetail(error)),
    });
    this.#media = media;
    void media.answer(offer);
  }

  #handleMediaState(state: MediaState): void {
    this.#mediaConnected = state === 'connected';
    if (state === 'connected') this.#settle();
    else if (state === 'failed') this.#lost('media-failed');
    else if (state === 'disconnected' && this.#parts.state === 'connected') {
      this.#update({ state: 'reconnecting' });
      this.#setTimer(disconnectedGraceMs, () => this.#lost('media-failed'));
    }
  }

  /** Connected means both: the session is ready and the media flow. */
  #settle(): void {
    if (!this.#parts.ready || !this.#mediaConnected || this.#parts.state === 'ended') return;
    this.#setTimer(null);
    this.#wasConnected = true;
    this.#reconnects.succeed();
    this.#update({ state: 'connected' });
  }

  /** Builds the connection again with the talk so far as history; before the first success it ends the call. */
  #lost(code: ProblemCode, specifics: ProblemSpecifics = {}): void {
    const delayMs = this.#wasConnected ? this.#reconnects.nextDelayMs(performance.now()) : null;
    if (delayMs === null) {
      this.#end(code, specifics);
      return;
    }
    this.#closeLinks();
    this.#converse({ ...this.#conversation, transcript: closed(this.#conversation.transcript), activity: 'listening' });
    this.#update({ state: 'reconnecting', ready: false, sessionId: null });
    this.#setTimer(delayMs, () => this.#openSocket(this.#historySoFar()));
  }

  #historySoFar(): HistoryTurn[] {
    const spoken = this.#conversation.transcript.captions.map((caption): HistoryTurn => {
      return { role: caption.speaker === 'user' ? 'user' : 'assistant', text: caption.text };
    });
    return [...(this.#options.history ?? []), ...spoken];
  }

  async #runTool(signal: ServerSignal & { type: 'tool-call' }): Promise<void> {
    const call = this.#tools.accept(signal);
    if (call === null) return;
    this.emit('tool-call', call);
    const socket = this.#socket;
    const output = await this.#tools.run(call);
    // A result that comes after a reconnect belongs to a session that is gone.
    if (output === null || this.#parts.state === 'ended' || socket !== this.#socket) return;
    // Of several tools the last to be done asks for the one answer to them all.
    if (this.#send(toolResultMessage(call.callId, output)) && this.#tools.running === 0) this.#send(respondMessage());
  }

  #measureUntilSound(): void {
    this.#meter?.untilSound((waitedMs) => this.#converse(afterHeard(this.#conversation, waitedMs)));
  }

  #send(message: Parameters<SocketLink['send']>[0]): boolean {
    return this.#socket?.send(message) ?? false;
  }

  #end(reason: EndReason, specifics: ProblemSpecifics = {}): void {
    if (this.#parts.state === 'ended') return;
    this.#conversation = { ...this.#conversation, transcript: closed(this.#conversation.transcript) };
    const problem = reason === 'hung-up' ? null : callProblem(reason, specifics);
    this.#update({ state: 'ended', ready: false, endReason: reason, problem, soundBlocked: false });
    this.#closeLinks();
    this.#microphone.stop();
    this.#outlet.setStream(null);
  }

  #closeLinks(): void {
    this.#setTimer(null);
    this.#closeMedia();
    this.#socket?.close();
    this.#socket = null;
    this.#waitingOffer = null;
  }

  #closeMedia(): void {
    this.#meter?.close();
    this.#meter = null;
    this.#media?.close();
    this.#media = null;
    this.#mediaConnected = false;
  }

  #setTimer(delayMs: number | null, action: () => void = () => undefined): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = delayMs === null ? null : setTimeout(action, delayMs);
  }

  #converse(conversation: Conversation): void {
    this.#conversation = conversation;
    this.#update({});
  }

  #update(change: Partial<CallParts>): void {
    this.#parts = { ...this.#parts, ...change };
    this.#snapshot = this.#makeSnapshot();
    this.emit('change', this.#snapshot);
  }

  #makeSnapshot(): CallSnapshot {
    const { transcript, activity, info, latency } = this.#conversation;
    return { ...this.#parts, captions: transcript.captions, activity, info, latency };
  }
}

function errorDetail(error: unknown): ProblemSpecifics {
  return { detail: error instanceof Error ? error.message : null };
}

import type { ClientWireMessage, ExpressionName, WireIceServer, WireSessionDescription } from '@visavis/protocol';
import { CallConnection } from './call-connection.ts';
import { browserEnvironment, type CallEnvironment, type CallOptions } from './call-options.ts';
import { callProblem, type EndReason, errorDetail, type ProblemSpecifics } from './call-problem.ts';
import { type CallEvents, type CallParts, type CallSnapshot, initialParts, snapshotOf } from './call-snapshot.ts';
import { CameraTrack } from './camera-track.ts';
import { CaptionClock } from './caption-clock.ts';
import {
  afterEnd,
  afterHeard,
  afterLoss,
  afterSignal,
  afterTime,
  afterTypedText,
  type Conversation,
  emptyConversation,
  historyOf,
} from './conversation.ts';
import { EventEmitter } from './event-emitter.ts';
import type { ServerSignal } from './from-wire.ts';
import { MediaLink, type MediaState } from './media-link.ts';
import { MicrophoneControl } from './microphone-control.ts';
import { type CallRating, type RatedSession, sendRating } from './rate-call.ts';
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
  imageMessage,
  interruptMessage,
  respondMessage,
  userTextMessage,
} from './to-wire.ts';
import { ToolRunner } from './tool-runner.ts';
import { type SayOptions, type Utterance, Utterances } from './utterances.ts';
import { VideoOutlet } from './video-outlet.ts';

const mediaTimeoutMs = 20_000;
const disconnectedGraceMs = 10_000;

/** One call with an avatar. A call is used once: after `ended`, make a new one. */
export class VisavisCall extends EventEmitter<CallEvents> {
  readonly #options: CallOptions;
  readonly #environment: CallEnvironment;
  readonly #microphone: MicrophoneControl;
  readonly #outlet: VideoOutlet;
  readonly #connection: CallConnection;
  readonly #camera = new CameraTrack();
  #tools: ToolRunner;
  #conversation: Conversation = emptyConversation;
  #parts: CallParts;
  #snapshot: CallSnapshot;
  #config: CallConfig;
  #media: MediaLink | null = null;
  #meter: SoundMeter | null = null;
  #iceServers: readonly WireIceServer[] = [];
  #waitingOffer: WireSessionDescription | null = null;
  #mediaConnected = false;
  #rated: RatedSession | null = null;
  #typedCount = 0;
  readonly #utterances = new Utterances((change) => this.emit('utterance', change));
  #stopWatching: (() => void) | null = null;
  readonly #captionClock = new CaptionClock({
    onTime: (nowMs) => this.#converse(afterTime(this.#conversation, nowMs)),
    onChange: (change) => this.emit('caption', change),
  });

  constructor(options: CallOptions, environment: CallEnvironment = browserEnvironment()) {
    super();
    this.#options = options;
    this.#environment = environment;
    this.#config = options.config ?? {};
    this.#connection = new CallConnection(options, environment, {
      onOpen: () => {
        const config = configMessage(this.#config);
        if (config !== null) this.#send(config);
      },
      onSignal: (signal) => this.#handle(signal),
      onWire: (makeRecord) => this.emitWhenHeard('wire', makeRecord),
      onLost: (nextConnection) => this.#noteLoss(nextConnection),
      onGivenUp: (code, specifics) => this.#end(code, specifics),
      history: () => [...(options.history ?? []), ...historyOf(this.#conversation)],
    });
    this.#tools = new ToolRunner(options.onToolCall);
    this.#outlet = new VideoOutlet((soundBlocked) => this.#update({ soundBlocked }));
    this.#microphone = new MicrophoneControl(environment.openMicrophone, options.microphoneOptions ?? {}, {
      onStatus: (microphone) => this.#update({ microphone }),
      onProblem: (problem) => {
        // What is over with the microphone takes no other trouble away.
        if (problem !== null || this.#parts.notice?.code.startsWith('microphone')) this.#update({ notice: problem });
      },
      onSound: (pcm) => {
        if (this.#parts.ready) this.#connection.sendSound(audioMessage(pcm));
      },
      onLevel: (level) => this.emit('level', level),
    });
    this.#parts = initialParts(this.#microphone.status);
    this.#snapshot = snapshotOf(this.#parts, this.#conversation);
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
    this.#stopWatching = this.#environment.onPageReturn(() => this.#outlet.resume());
    this.#connection.open();
    if (this.#options.microphone !== 'manual') void this.#microphone.start();
  }

  /** Shows the avatar in this element; null takes it off again. */
  attach(video: HTMLVideoElement | null): void {
    this.#outlet.attach(video);
  }

  unblockSound(): Promise<void> {
    this.#meter?.listen();
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

  /**
   * Takes this microphone, from `listDevices`, also in mid-call; null: the browser's own choice. One that is off stays off. Resolves to
   * false when it could not be opened; `notice` says why.
   */
  setMicrophone(deviceId: string | null): Promise<boolean> {
    return this.#microphone.choose(deviceId);
  }

  /**
   * Sends the avatar's voice to this speaker, from `listDevices`, also in mid-call; null: the system's own. While the speaker is
   * unplugged the system's own takes its place. Resolves to false where that is so, where the browser cannot (`canChooseSpeaker`), and
   * after the call.
   */
  setSpeaker(deviceId: string | null): Promise<boolean> {
    return this.#outlet.setSpeaker(deviceId);
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

  /**
   * Makes the avatar speak exactly this text, and tells what becomes of it: by the promises of the answer, and by `utterance`. Null when
   * the session is not ready, or an utterance of this id is not over.
   */
  say(text: string, options: SayOptions = {}): Utterance | null {
    return this.#parts.ready ? this.#utterances.say(text, options, (message) => this.#send(message)) : null;
  }

  /** Makes the face show an expression for a while; it replaces the one before. */
  express(expression: ExpressionName, options: ExpressionOptions = {}): boolean {
    return this.#parts.ready && this.#send(expressionMessage(expression, options));
  }

  /** Makes the avatar stop speaking; with `force` also in a text that is not interruptible. */
  interrupt({ force = false }: { readonly force?: boolean } = {}): boolean {
    return this.#parts.ready && this.#send(interruptMessage(force));
  }

  /** `dataUrl` is a JPEG or PNG. With `reply` the avatar answers at once, else it keeps the picture in mind. */
  sendImage(dataUrl: string, reply: boolean): boolean {
    return this.#parts.ready && this.#send(imageMessage(dataUrl, reply));
  }

  /**
   * Sends this stream's picture, as of `Camera`, while the call lasts or until null: an avatar that sees is shown one a second of it
   * (`info.sees`), others are sent nothing. In place of `sendImage`.
   */
  sendCamera(stream: MediaStream | null): void {
    this.#camera.set(stream);
  }

  /** Changes voice, prompt or tools, also in mid-call. */
  configure(config: CallConfig): void {
    this.#config = { ...this.#config, ...config };
    const message = configMessage(config);
    if (message !== null && this.#parts.state !== 'ended') this.#send(message);
  }

  /**
   * Tells the server what the person thinks of this call, while it goes on and up to an hour after it; `text`: in their words, up to 1,000
   * characters. A second rating replaces the first. Resolves to false when it was not taken.
   */
  rate(rating: CallRating, text = ''): Promise<boolean> {
    return this.#rated === null ? Promise.resolve(false) : sendRating(this.#options, this.#rated, rating, text);
  }

  dismissNotice(): void {
    this.#update({ notice: null });
  }

  /** How loud the avatar is as it is heard now, 0 to 1, for a meter; 0 where the browser cannot tell. */
  get voiceLevel(): number {
    return this.#meter?.level() ?? 0;
  }

  /** Null while no media is connected. */
  async getStats(): Promise<CallStatistics | null> {
    return (await this.#media?.statistics()) ?? null;
  }

  /** Chunks of microphone sound dropped because the network could not keep up. */
  get droppedChunks(): number {
    return this.#connection.droppedChunks;
  }

  /** Ends the call. Idempotent. */
  hangUp(): void {
    this.#end('hung-up');
  }

  #handle(signal: ServerSignal): void {
    switch (signal.type) {
      case 'accepted':
        this.#iceServers = signal.iceServers;
        // A server that has just started makes its first face ready; it says itself when that takes too long.
        this.#connection.expect(mediaTimeoutMs, 'media-timeout', { ofSilence: true });
        this.#update({ sessionId: signal.sessionId });
        if (this.#waitingOffer !== null) this.#answer(this.#waitingOffer);
        return;
      case 'session-created':
        this.#rated = signal.ratingKey === null ? null : { sessionId: signal.sessionId, ratingKey: signal.ratingKey };
        this.#update({ canRate: this.#rated !== null });
        return;
      case 'warning':
        this.emit('warning', signal.message);
        return;
      case 'trouble':
        this.#update({ notice: callProblem('server-trouble', { detail: signal.message }) });
        return;
      case 'session-updated':
        // Repeats answer a change of the configuration; only the first one opens the session.
        if (!this.#parts.ready) {
          this.#update({ ready: true });
          this.#connection.expect(mediaTimeoutMs, 'media-timeout');
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
        this.#runTool(signal);
        return;
      case 'utterance':
        this.#utterances.note(signal.change);
        return;
    }
    if (signal.type === 'user-speech-started') this.#meter?.cancel();
    if (signal.type === 'user-speech-stopped') this.#measureUntilSound();
    this.#converse(afterSignal(this.#conversation, signal));
  }

  #answer(offer: WireSessionDescription): void {
    const { createPeer } = this.#environment;
    if (createPeer === null) return;
    this.#waitingOffer = null;
    this.#closeMedia();
    const media = new MediaLink(createPeer, this.#iceServers, this.#camera, {
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
    else if (state === 'failed') this.#connection.lost('media-failed');
    else if (state === 'disconnected' && this.#parts.state === 'connected') {
      this.#update({ state: 'reconnecting' });
      this.#connection.expect(disconnectedGraceMs, 'media-failed');
    }
  }

  /** Connected means both: the session is ready and the media flow. */
  #settle(): void {
    if (!this.#parts.ready || !this.#mediaConnected || this.#parts.state === 'ended') return;
    this.#connection.complete();
    this.#update({ state: 'connected', connectedAtMs: this.#parts.connectedAtMs ?? Date.now() });
  }

  #noteLoss(nextConnection: number): void {
    this.#outlet.hold();
    this.#closeTalk();
    this.#converse(afterLoss(this.#conversation, nextConnection));
    this.#update({ state: 'reconnecting', ready: false, sessionId: null });
  }

  #runTool(signal: ServerSignal & { type: 'tool-call' }): void {
    const call = this.#tools.accept(signal);
    if (call === null) return;
    this.emit('tool-call', call);
    void this.#tools.answer(call, signal.turnId, (message) => this.#send(message));
  }

  #measureUntilSound(): void {
    this.#meter?.untilSound((waitedMs) => this.#converse(afterHeard(this.#conversation, waitedMs)));
  }

  #send(message: ClientWireMessage): boolean {
    return this.#connection.send(message);
  }

  #end(reason: EndReason, specifics: ProblemSpecifics = {}): void {
    if (this.#parts.state === 'ended') return;
    this.#conversation = afterEnd(this.#conversation);
    this.#stopWatching?.();
    this.#update({
      state: 'ended',
      ready: false,
      endReason: reason,
      problem: reason === 'hung-up' ? null : callProblem(reason, specifics),
      soundBlocked: false,
      endedAtMs: Date.now(),
    });
    this.#connection.close();
    this.#closeTalk();
    this.#microphone.stop();
    this.#outlet.close();
  }

  /** Ends what belongs to one session. */
  #closeTalk(): void {
    this.#utterances.interruptAll();
    this.#closeMedia();
    this.#waitingOffer = null;
    this.#tools.close();
    this.#tools = new ToolRunner(this.#options.onToolCall);
  }

  #closeMedia(): void {
    this.#meter?.close();
    this.#media?.close();
    [this.#meter, this.#media, this.#mediaConnected] = [null, null, false];
  }

  #converse(conversation: Conversation): void {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.#update({});
  }

  #update(change: Partial<CallParts>): void {
    this.#parts = { ...this.#parts, ...change };
    this.#snapshot = snapshotOf(this.#parts, this.#conversation);
    this.emit('change', this.#snapshot);
    this.#captionClock.follow(this.#conversation.transcript);
  }
}

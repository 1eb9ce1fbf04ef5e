import { LIMITS } from '@visavis/protocol';
import { ReducerShell } from '@visavis/protocol/reducer-shell';
import { wireSamplesToMs } from '../core/audio-format.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import type { VoiceEvent, VoiceProvider, VoiceSession } from '../core/voice-port.ts';
import { Pipeline, type PipelineEvent } from '../pipeline.ts';
import type { CallResources } from './call-resources.ts';
import { EarlyCommands } from './early-commands.ts';
import { LookUps } from './look-ups.ts';
import { NamedTimers } from './named-timers.ts';
import { closeVoice, findVoice, openVoice } from './open-voice.ts';
import type {
  IceCandidate,
  SessionCommand,
  SessionConfig,
  SessionDescription,
  SessionEvent,
  SessionFailureCode,
} from './session-events.ts';
import { reduceSession } from './session-reducer.ts';
import { SessionStartError } from './session-start-error.ts';
import {
  initialSessionState,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type TimerName,
} from './session-state.ts';
import { TROUBLE } from './session-trouble.ts';

/** Of the session's id, in the ids of its items: some providers take 32 characters in all. */
const ID_STEM_CHARACTERS = 16;

/**
 * The shell of a call: feeds what happens to the reducer and performs the effects that come back, in order. Closing order:
 * timers, voice, pipeline (detector, audio-out, face, WebRTC); then `closed` is told, once.
 */
export class Session {
  readonly #config: SessionConfig;
  readonly #resources: CallResources;
  readonly #logger: Logger;
  readonly #listener: (event: SessionEvent) => void;
  readonly #abort = new AbortController();
  readonly #timers: NamedTimers<TimerName>;
  /** Takes everything that happens, in order; closed until the voice is open. */
  readonly #shell: ReducerShell<SessionState, SessionInput, SessionEffect>;
  /** Commands that came before the voice was open. */
  readonly #early = new EarlyCommands();
  readonly #lookUps: LookUps;
  #pipeline: Pipeline | null = null;
  #voice: VoiceSession | null = null;
  #descriptions = 0;
  #candidates = 0;
  #opened = false;
  #hasLastWords = false;
  #closing: Promise<void> | null = null;

  constructor(
    config: SessionConfig,
    resources: CallResources,
    logger: Logger,
    listener: (event: SessionEvent) => void,
  ) {
    this.#config = config;
    this.#resources = resources;
    this.#logger = logger;
    this.#listener = listener;
    this.#timers = new NamedTimers(resources.clock, (name) => {
      const atMs = resources.clock.nowMs();
      if (this.#closing === null) this.#guard(() => this.#dispatch({ type: 'timer', name, atMs }));
    });
    this.#lookUps = new LookUps(resources.clock, (event) => this.#emit(event));
    const state = initialSessionState({
      prompt: config.prompt,
      firstMessage: config.firstMessage,
      language: config.language,
      turnDetection: config.turnDetection,
      tools: config.tools,
      audioBack: config.audioBack,
      hasConnection: config.connection !== 'none',
      tellsGenerated: config.audioBack || config.connection === 'answer',
      waitsForTools: config.waitsForTools ?? false,
      idStem: `${config.sessionId.slice(0, ID_STEM_CHARACTERS)}_`,
    });
    const parts = {
      state,
      reduce: reduceSession,
      perform: (effect: SessionEffect) => this.#perform(effect),
      stepped: (next: SessionState) => this.#pipeline?.setUserTurnOpen(next.userItemId !== null),
    };
    this.#shell = new ReducerShell(parts, false);
  }

  /** Opens the voice, the face and the connection. A failure is told as `failed`, then `closed`. */
  async start(): Promise<void> {
    const { sessionId } = this.#config;
    try {
      const provider = await findVoice(this.#config, this.#resources);
      this.#pipeline = await this.#openPipeline(provider);
      if (!this.#abort.signal.aborted) {
        this.#voice = await openVoice(provider, this.#config, {
          clock: this.#resources.clock,
          logger: this.#logger,
          signal: this.#abort.signal,
          lookUp: this.#lookUps.find,
          listener: (event) => this.#handleVoice(event),
        });
      }
      if (this.#abort.signal.aborted) return await this.#release();
      const { hears, sees, detectsTurns, ownTurns = false, answers, echoesUser } = provider.capabilities;
      this.#opened = true;
      this.#shell.open({ type: 'voice-opened', hears, sees, detectsTurns, ownTurns, answers, echoesUser });
      for (const command of this.#early.take()) this.handle(command);
      this.#logger.info({ sessionId, provider: provider.id }, 'A call began.');
      if ((this.#config.connection ?? 'offer') === 'offer') await this.#pipeline.offer();
    } catch (error) {
      if (this.#abort.signal.aborted) return await this.#release();
      const code = error instanceof SessionStartError ? error.code : 'internal';
      this.#fail(code, error);
    }
  }

  /** Never throws: what goes wrong in one call ends that call only. */
  handle(command: SessionCommand): void {
    if (this.#closing !== null) return;
    this.#guard(() => {
      if (command.type === 'close') void this.close(command.reason);
      else if (command.type === 'looked-up') this.#lookUps.settle(command.lookUpId, command.passages);
      else if (!this.#opened) this.#early.add(command);
      else this.#dispatch({ type: 'command', command, atMs: this.#resources.clock.nowMs() });
    });
  }

  /** Ends the call because of an error that was caught outside of it. */
  fail(error: unknown): void {
    this.#fail('internal', error);
  }

  close(reason: string): Promise<void> {
    this.#tellLastWords();
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  /** What was heard of a reply that is playing: nobody will hear the rest. */
  #tellLastWords(): void {
    if (this.#hasLastWords || !this.#opened || this.#closing !== null) return;
    this.#hasLastWords = true;
    const atMs = this.#resources.clock.nowMs();
    this.#guard(() => this.#dispatch({ type: 'command', command: { type: 'interrupt', force: true }, atMs }));
  }

  async #close(reason: string): Promise<void> {
    this.#abort.abort();
    this.#lookUps.end();
    this.#timers.stop();
    const hearing = this.#pipeline?.userCounters ?? null;
    try {
      await this.#release();
    } finally {
      const dropped = this.#early.dropped;
      const fields = { sessionId: this.#config.sessionId, reason, droppedEarlyCommands: dropped, hearing };
      this.#logger.info(fields, 'A call ended.');
      this.#listener({ type: 'closed', reason });
    }
  }

  /** Gives back whatever is open, also what was still being opened when the call was closed. */
  async #release(): Promise<void> {
    const voice = this.#voice;
    const pipeline = this.#pipeline;
    this.#voice = null;
    this.#pipeline = null;
    if (voice !== null) await closeVoice(voice, this.#resources.clock, this.#logger);
    try {
      pipeline?.close();
    } catch (error) {
      this.#logger.warn({ error: errorMessage(error) }, 'The stages of a call did not close cleanly.');
    }
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail('internal', error);
    }
  }

  #fail(code: SessionFailureCode, error: unknown): void {
    if (this.#closing !== null) return;
    const fields = { sessionId: this.#config.sessionId, code, error: errorMessage(error) };
    this.#logger.error(fields, 'A call ends because of a failure.');
    this.#emit({ type: 'failed', code, message: errorMessage(error), fatal: true });
    void this.close(code);
  }

  async #openPipeline(provider: VoiceProvider): Promise<Pipeline> {
    const listener = (event: PipelineEvent): void => this.#handlePipeline(event);
    try {
      return await Pipeline.open(this.#config, this.#resources, provider.capabilities, this.#logger, listener);
    } catch (error) {
      throw new SessionStartError('avatar-unreadable', errorMessage(error));
    }
  }

  /** Each description and candidate is work for the transport; whoever sends no end of them ends his call. */
  #takeRemoteDescription(description: SessionDescription): void {
    this.#descriptions += 1;
    if (this.#descriptions > LIMITS.counts.descriptions) throw new Error('Too many session descriptions were sent.');
    void this.#handleRemoteDescription(description);
  }

  #takeRemoteCandidate(candidate: IceCandidate): void {
    this.#candidates += 1;
    if (this.#candidates > LIMITS.counts.candidates) throw new Error('Too many candidates were sent.');
    this.#pipeline?.addRemoteCandidate(candidate);
  }

  async #handleRemoteDescription(description: SessionDescription): Promise<void> {
    try {
      await this.#pipeline?.setRemoteDescription(description);
    } catch (error) {
      // The peers could not agree; the client may still try again with another description.
      const failed = { type: 'failed', code: 'media-failed', message: errorMessage(error), fatal: false } as const;
      if (this.#closing === null) this.#guard(() => this.#dispatch({ type: 'notice', event: failed }));
    }
  }

  #handleVoice(event: VoiceEvent): void {
    if (this.#closing === null) this.#guard(() => this.#takeVoice(event));
  }

  #takeVoice(event: VoiceEvent): void {
    const atMs = this.#resources.clock.nowMs();
    if (event.type !== 'audio') this.#dispatch({ type: 'voice', event, atMs });
    else this.#dispatch({ ...event, type: 'voice-audio', durationMs: wireSamplesToMs(event.pcm.length), atMs });
  }

  #handlePipeline(event: PipelineEvent): void {
    if (this.#closing === null) this.#guard(() => this.#takePipeline(event));
    else if (event.type === 'recording-failed') this.#tellLate(event.error);
  }

  #takePipeline(event: PipelineEvent): void {
    switch (event.type) {
      case 'user-audio':
        this.#dispatch({ ...event, type: 'user-sound' });
        break;
      case 'speech-started':
      case 'speech-stopped':
      case 'playback-started':
      case 'playback-finished':
        this.#dispatch({ ...event, atMs: this.#resources.clock.nowMs() });
        break;
      case 'failed':
        this.#fail('internal', event.error);
        break;
      case 'hearing':
        this.#noteHearing(event);
        break;
      case 'picture-failed':
      case 'recording-failed':
      case 'event-too-large':
        this.#noteTrouble(event.type, event.error);
        break;
      case 'media':
      case 'seen':
        this.#dispatch(event);
        break;
      default:
        this.#dispatch({ type: 'notice', event });
    }
  }

  /** The end of a film is written while the call closes: that this failed is told and counted, too. */
  #tellLate(error: unknown): void {
    this.#logTrouble('recording-failed', error, 'The end of a film could not be written.');
    this.#listener(TROUBLE['recording-failed']);
  }

  #noteTrouble(what: keyof typeof TROUBLE, error: unknown): void {
    this.#logTrouble(what, error, 'A part of a call failed; the call goes on.');
    this.#dispatch({ type: 'notice', event: TROUBLE[what] });
  }

  #logTrouble(what: keyof typeof TROUBLE, error: unknown, message: string): void {
    const fields = { sessionId: this.#config.sessionId, code: TROUBLE[what].code, error: errorMessage(error) };
    this.#logger.error(fields, message);
  }

  #noteHearing(event: Extract<PipelineEvent, { type: 'hearing' }>): void {
    const { sessionId } = this.#config;
    if (event.isWorking) this.#logger.info({ sessionId }, 'The speech model judges again.');
    else this.#logger.error({ sessionId, error: event.reason }, 'The speech model failed; the user is not heard.');
    this.#dispatch({ type: 'hearing', isWorking: event.isWorking });
  }

  #dispatch(input: SessionInput): void {
    this.#shell.dispatch(input);
  }

  #perform(effect: SessionEffect): void {
    const pipeline = this.#pipeline;
    if (effect.type === 'emit') this.#emit(effect.event);
    else if (effect.type === 'voice') this.#voice?.send(effect.input);
    else if (effect.type === 'play-audio') pipeline?.enqueueReply(effect.turnId, effect.pcm, effect.phones);
    else if (effect.type === 'hear-user') pipeline?.pushUserAudio(effect.bytes);
    else if (effect.type === 'send-message') pipeline?.sendMessage(effect.text);
    else if (effect.type === 'take-description') this.#takeRemoteDescription(effect.description);
    else if (effect.type === 'take-candidate') this.#takeRemoteCandidate(effect.candidate);
    else if (effect.type === 'finish-audio') pipeline?.finishReply(effect.turnId);
    else if (effect.type === 'flush-audio') this.#flush(effect.keptTurnIds);
    else if (effect.type === 'hold-audio') this.#hold();
    else if (effect.type === 'resume-audio') pipeline?.resumeReplies();
    else if (effect.type === 'cue-face') pipeline?.expression.handle(effect.cue);
    else if (effect.type === 'start-clock') pipeline?.startClock();
    else if (effect.type === 'set-timer') this.#timers.set(effect.name, effect.delayMs);
    else if (effect.type === 'clear-timer') this.#timers.clear(effect.name);
    else if (effect.type === 'reset-detector') pipeline?.resetInput();
    else if (effect.type === 'commit-detector') pipeline?.commitInput();
    else if (effect.type === 'set-avatar-speaking') pipeline?.setAvatarSpeaking(effect.speaking);
    else if (effect.type === 'configure-detector') pipeline?.configureInput(effect.settings);
    else void this.close(effect.reason);
  }

  #flush(keptTurnIds: readonly string[]): void {
    const flushed = this.#pipeline?.flushReplies(keptTurnIds) ?? { turnId: null, playedMs: 0 };
    const atMs = this.#resources.clock.nowMs();
    this.#shell.dispatchFirst({ ...flushed, type: 'flushed', keptTurnIds, atMs });
  }

  #hold(): void {
    const held = this.#pipeline?.holdReplies() ?? { turnId: null, playedMs: 0 };
    this.#shell.dispatchFirst({ ...held, type: 'held' });
  }

  #emit(event: SessionEvent): void {
    if (this.#closing === null) this.#listener(event);
  }
}

import type { EchoCanceller } from './audio-echo/echo-canceller.ts';
import { EchoGuard } from './audio-echo/echo-guard.ts';
import { AudioIn } from './audio-in/audio-in.ts';
import { DoubledSound } from './audio-in/doubled-sound.ts';
import { SoundWatch } from './audio-in/sound-watch.ts';
import { msToWireSamples, wireSamplesToMs } from './core/audio-format.ts';
import type { Clock } from './core/clock.ts';
import { closeAll } from './core/close-all.ts';
import type { Logger } from './core/logger.ts';
import type { TurnDetectionSettings } from './core/voice-port.ts';
import type { SpeechModelState } from './turn-detection/guarded-speech.ts';
import type { SpeechModel } from './turn-detection/speech-model.ts';
import { TurnDetector, type TurnDetectorCounters } from './turn-detection/turn-detector.ts';
import type { TurnEndModel } from './turn-detection/turn-end-watch.ts';

/** What is heard of the user. */
export type UserPipelineEvent =
  /** Sound for the voice: everything, or only the user's turns when our detector decides. */
  | { readonly type: 'user-audio'; readonly pcm: Int16Array; readonly silenceMs?: number }
  | { readonly type: 'speech-started'; readonly audioStartMs: number }
  | { readonly type: 'speech-stopped'; readonly audioEndMs: number }
  /** Whether the detector can tell speech; it could before the first of these. */
  | ({ readonly type: 'hearing' } & SpeechModelState);

export type UserPipelineOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly speechModel: SpeechModel;
  /** Null: silence alone ends turns. */
  readonly turnEndModel: TurnEndModel | null;
  readonly turnDetection: TurnDetectionSettings;
  /** The voice decides when the user speaks; otherwise our detector does. */
  readonly voiceDetectsTurns: boolean;
  /** The sound is to be said by the avatar, not heard: it passes as it comes. */
  readonly isToBeSaid: boolean;
  /** As for `EchoGuard`. */
  readonly openCanceller?: () => EchoCanceller | null;
  /** Everything that the microphone gives, without the avatar's echo. */
  onMicrophone(pcm: Int16Array): void;
  listener(event: UserPipelineEvent): void;
};

/** Those of the detector where the voice does not detect turns, and how often the echo canceller failed. */
export type UserCounters = Partial<TurnDetectorCounters> & { readonly cancellerFailures: number };

/** Sound accepted ahead of real time: half a minute of a reply pushed at once, and some more. */
const MAX_BURST_MS = 60_000;

/** The user's side of a call: the microphone's sound, without what the avatar plays, to the detector or the voice. */
export class UserPipeline {
  readonly #options: UserPipelineOptions;
  readonly #audioIn: AudioIn;
  readonly #doubled: DoubledSound;
  readonly #echoGuard: EchoGuard | null;
  readonly #detector: TurnDetector | null;
  readonly #watch: SoundWatch;
  #silenceDurationMs: number;
  /** Sound passed on so far. */
  #heardMs = 0;

  constructor(options: UserPipelineOptions) {
    this.#options = options;
    const { clock, logger, voiceDetectsTurns } = options;
    this.#detector = voiceDetectsTurns ? null : this.#createDetector();
    this.#echoGuard = options.isToBeSaid
      ? null
      : new EchoGuard({
          clock,
          logger,
          silencesRest: voiceDetectsTurns,
          ...(options.openCanceller && { openCanceller: options.openCanceller }),
          onSound: (pcm, echoDb) => this.#hear(pcm, echoDb),
        });
    this.#silenceDurationMs = options.turnDetection.silenceDurationMs;
    this.#watch = new SoundWatch(clock, this.#silenceDurationMs, (times) => this.#endStalledTurn(times));
    this.#doubled = new DoubledSound(clock, () => {
      logger.warn({}, "A client sends its microphone's sound more than once; each stretch of it is heard once.");
    });
    this.#audioIn = new AudioIn({
      maxBurstMs: MAX_BURST_MS,
      clock,
      ...(options.isToBeSaid ? {} : { filter: (pcm: Int16Array) => this.#doubled.filter(pcm) }),
      onPcm: (pcm) => this.#take(pcm),
    });
  }

  /** What was heard of the user, and what was not. */
  get counters(): UserCounters {
    return { ...this.#detector?.counters, cancellerFailures: this.#echoGuard?.failures ?? 0 };
  }

  push(bytes: Uint8Array): void {
    this.#watch.noteSound();
    this.#audioIn.push(bytes);
  }

  reset(): void {
    this.#audioIn.clear();
    this.#doubled.reset();
    this.#echoGuard?.reset();
    this.#echoGuard?.setUserSpeaking(false);
    this.#detector?.reset();
  }

  commit(): void {
    this.#echoGuard?.flush();
    this.#detector?.commit();
  }

  configure(settings: Partial<TurnDetectionSettings>): void {
    this.#detector?.configure(settings);
    this.#silenceDurationMs = settings.silenceDurationMs ?? this.#silenceDurationMs;
    this.#watch.setSilenceDuration(this.#silenceDurationMs);
  }

  /** While a turn of the user is open, his sound must come: a turn without it ends after the silence time and a second. */
  setTurnOpen(isTurnOpen: boolean): void {
    this.#watch.setTurnOpen(isTurnOpen);
  }

  setAvatarSpeaking(speaking: boolean): void {
    this.#detector?.setAvatarSpeaking(speaking);
  }

  /** What the listener is sent: 20 ms at 48 kHz, null for silence. */
  addPlayed(pcm48k: Int16Array | null, mediaTimeMs: number): void {
    this.#echoGuard?.addPlayed(pcm48k, mediaTimeMs);
  }

  close(): void {
    closeAll(this.#watch, this.#audioIn, this.#echoGuard, this.#detector);
  }

  #take(pcm: Int16Array): void {
    if (this.#echoGuard === null) this.#hear(pcm, Number.NEGATIVE_INFINITY);
    else this.#echoGuard.push(pcm);
  }

  #hear(pcm: Int16Array, echoDb: number): void {
    this.#heardMs += wireSamplesToMs(pcm.length);
    this.#options.onMicrophone(pcm);
    if (this.#detector === null) this.#options.listener({ type: 'user-audio', pcm });
    else this.#detector.push(pcm, echoDb);
  }

  /**
   * Our own detector is told that the turn is over. A voice that detects turns hears the silence that did not come; should
   * it not end the turn by that, it is ended for it.
   */
  #endStalledTurn(times: number): void {
    const { listener, logger } = this.#options;
    logger.info({ times }, "The user's sound has stopped in the middle of a turn.");
    if (this.#detector !== null) this.commit();
    else if (times > 1) listener({ type: 'speech-stopped', audioEndMs: this.#heardMs });
    else {
      this.#echoGuard?.flush();
      listener({ type: 'user-audio', pcm: new Int16Array(msToWireSamples(this.#silenceDurationMs + 500)) });
    }
  }

  #createDetector(): TurnDetector {
    const { speechModel, turnEndModel, turnDetection, listener } = this.#options;
    return new TurnDetector({
      model: speechModel,
      settings: turnDetection,
      ...(turnEndModel !== null && { turnEndModel }),
      onModel: (state) => listener({ ...state, type: 'hearing' }),
      listener: (event) => {
        if (event.type !== 'speech-audio') this.#echoGuard?.setUserSpeaking(event.type === 'speech-started');
        if (event.type === 'speech-audio') listener({ ...event, type: 'user-audio' });
        else if (event.type === 'speech-started') listener({ type: event.type, audioStartMs: event.audioStartMs });
        else listener({ type: event.type, audioEndMs: event.audioEndMs });
      },
    });
  }
}

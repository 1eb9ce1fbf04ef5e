import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { joinSamples } from '../core/join-samples.ts';
import type { TurnDetectionSettings } from '../core/voice-port.ts';
import { BackgroundLevel } from './background-level.ts';
import { type AudioFrame, FRAME_MS, FrameAssembler } from './frame-assembler.ts';
import { GuardedSpeech, type SpeechModelState } from './guarded-speech.ts';
import type { JudgedFrame } from './judged-frame.ts';
import { OpenTurn } from './open-turn.ts';
import type { SpeechModel } from './speech-model.ts';
import { StartRule } from './start-rule.ts';
import { StopRule } from './stop-rule.ts';
import { type TurnEndCounters, type TurnEndModel, TurnEndWatch } from './turn-end-watch.ts';

/** Sound that may wait to be judged; of more, the oldest is dropped and counted. */
const MAX_QUEUED_MS = 62_000;
/** Frames judged on end before others on the event loop get their turn: a few milliseconds of work. */
const FRAMES_PER_SLICE = 8;
const MAX_PREFIX_PADDING_MS = 5_000;
/** A frame below -66 dB of full scale is no speech: a muted or gated microphone. */
const INAUDIBLE_POWER = 10 ** (-66 / 10);

export type TurnDetectorEvent =
  /** Where the turn's sound begins, prefix padding included, from the first microphone sample of the call. */
  | { readonly type: 'speech-started'; readonly audioStartMs: number }
  /**
   * Sound of the turn, PCM16 mono 24 kHz, prefix padding first, without a gap until `speech-stopped`; `silenceMs` is the
   * silence that it ends with.
   */
  | { readonly type: 'speech-audio'; readonly pcm: Int16Array; readonly silenceMs: number }
  /** Where the turn's sound ends, closing silence included; `speechMs` is its length without padding and that silence. */
  | { readonly type: 'speech-stopped'; readonly audioEndMs: number; readonly speechMs: number };

export type TurnDetectorOptions = {
  readonly model: SpeechModel;
  readonly settings: TurnDetectionSettings;
  /** Tells finished sentences from pauses; left out: silence ends turns. */
  readonly turnEndModel?: TurnEndModel;
  listener(event: TurnDetectorEvent): void;
  /** The model has died, and nobody is heard; or it judges again. */
  onModel?(state: SpeechModelState): void;
};

export type TurnDetectorCounters = TurnEndCounters & {
  framesJudged: number;
  /** Those of them that are silence by their level, without asking the model. */
  framesInaudible: number;
  /** Frames dropped because sound came faster than it could be judged. */
  framesDropped: number;
  /** Frames that count as silence because the model failed. */
  modelFailures: number;
  /** Attempts of the model that failed, the first of a frame that it judged at the second one too. */
  failedAttempts: number;
};

/**
 * Hears when the user speaks. Frames of 32 ms are judged strictly in order, whether sound comes in real time or in a
 * burst, with the same result. Events are given from later turns of the event loop, never inside `push`.
 */
export class TurnDetector {
  readonly counters: TurnDetectorCounters = {
    framesJudged: 0,
    framesInaudible: 0,
    framesDropped: 0,
    modelFailures: 0,
    failedAttempts: 0,
    pausesJudged: 0,
    pauseFailures: 0,
  };
  readonly #listener: (event: TurnDetectorEvent) => void;
  readonly #speech: GuardedSpeech;
  readonly #assembler = new FrameAssembler();
  readonly #background = new BackgroundLevel();
  readonly #startRule = new StartRule();
  #settings: TurnDetectionSettings;
  #queue: (AudioFrame | 'commit')[] = [];
  #judging = false;
  /** Frames heard outside a turn, the newest last: the prefix padding of the next one. */
  #recent: AudioFrame[] = [];
  #turn: OpenTurn | null = null;
  #stopRule = new StopRule();
  readonly #turnEndModel: TurnEndModel | null;
  #endWatch: TurnEndWatch | null = null;
  /** Changes with `reset`; what was being judged before no longer counts. */
  #epoch = 0;
  #closed = false;

  constructor(options: TurnDetectorOptions) {
    this.#listener = options.listener;
    this.#settings = options.settings;
    this.#turnEndModel = options.turnEndModel ?? null;
    this.#speech = new GuardedSpeech(options.model, (state) => {
      if (!this.#closed) options.onModel?.(state);
    });
  }

  /**
   * Takes microphone sound of any length, PCM16 mono at 24 kHz. Up to the level `echoDb` (dB of full scale) it may be the
   * echo of what the avatar says.
   */
  push(pcm24k: Int16Array, echoDb = Number.NEGATIVE_INFINITY): void {
    if (this.#closed) return;
    this.#queue.push(...this.#assembler.push(pcm24k, echoDb));
    const excess = this.#queue.length - Math.ceil(MAX_QUEUED_MS / FRAME_MS);
    if (excess > 0) {
      this.#queue.splice(0, excess);
      this.counters.framesDropped += excess;
    }
    this.#startJudging();
  }

  /** Changes settings from the next frame on, also in mid-turn. */
  configure(settings: Partial<TurnDetectionSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** While the avatar speaks, an echo, a cough or a short word of assent does not start a turn: it takes longer and louder speech. */
  setAvatarSpeaking(speaking: boolean): void {
    this.#startRule.setAvatarSpeaking(speaking);
  }

  /** Forgets what was heard and not yet told, without a word; an open turn is gone. Times go on counting. */
  reset(): void {
    this.#epoch++;
    this.#queue = [];
    this.#recent = [];
    this.#forgetTurn();
    this.#assembler.reset();
    this.#background.reset();
    this.#startRule.reset();
    this.#speech.reset();
  }

  /** The client says that the user's turn ends here: after the sound pushed so far an open turn stops. */
  commit(): void {
    if (this.#closed) return;
    this.#queue.push('commit');
    this.#startJudging();
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#recent = [];
    this.#forgetTurn();
  }

  #forgetTurn(): void {
    this.#turn = null;
    this.#endWatch?.close();
    this.#endWatch = null;
  }

  #startJudging(): void {
    if (this.#judging) return;
    this.#judging = true;
    void this.#judgeQueue();
  }

  async #judgeQueue(): Promise<void> {
    for (let count = 1; this.#queue.length > 0; count++) {
      const item = this.#queue.shift();
      if (item === 'commit') this.#endTurn();
      else if (item !== undefined) await this.#judge(item);
      if (count % FRAMES_PER_SLICE === 0) await nextEventLoopTurn();
    }
    this.#judging = false;
  }

  async #judge(frame: AudioFrame): Promise<void> {
    const epoch = this.#epoch;
    const power = frame.power;
    const probability = await this.#probability(frame, power);
    if (this.#closed || epoch !== this.#epoch) return;
    this.counters.framesJudged++;
    this.#background.update(power, probability >= this.#settings.threshold, this.#turn !== null);
    const judged: JudgedFrame = { frame, probability, power, background: this.#background };
    if (this.#turn === null) this.#listenForStart(judged);
    else this.#continueTurn(this.#turn, judged);
  }

  async #probability(frame: AudioFrame, power: number): Promise<number> {
    // The model is most of what an open microphone costs; outside turns it is asked only where there may be speech.
    if (this.#turn === null && (power < INAUDIBLE_POWER || this.#background.isQuietRoom(power))) {
      this.counters.framesInaudible++;
      return 0;
    }
    const probability = await this.#speech.probability(frame.samples16k, () => {
      this.counters.failedAttempts++;
    });
    if (probability === null) this.counters.modelFailures++;
    return probability ?? 0;
  }

  #listenForStart(judged: JudgedFrame): void {
    this.#recent.push(judged.frame);
    const onset = this.#startRule.update(judged, this.#settings.threshold);
    const paddingMs = Math.min(this.#settings.prefixPaddingMs, MAX_PREFIX_PADDING_MS);
    if (onset === null) {
      const kept = Math.ceil(paddingMs / FRAME_MS) + this.#startRule.evidenceFrames;
      if (this.#recent.length > kept) this.#recent.splice(0, this.#recent.length - kept);
      return;
    }
    const onsetIndex = this.#recent.indexOf(onset.frame);
    const first = Math.max(0, onsetIndex - Math.ceil(paddingMs / FRAME_MS));
    const frames = this.#recent.slice(first);
    this.#recent = [];
    const turn = new OpenTurn(frames[0] ?? judged.frame, onset.frame, this.#startRule.guarded);
    this.#turn = turn;
    this.#stopRule = new StopRule();
    this.#endWatch = this.#openWatch();
    for (const { samples16k } of frames) this.#endWatch?.hear(samples16k, 0);
    turn.extend(judged, 0);
    this.#listener({ type: 'speech-started', audioStartMs: turn.audioStartMs });
    if (this.#turn === turn)
      this.#listener({ type: 'speech-audio', pcm: joinSamples(frames.map(({ pcm24k }) => pcm24k)), silenceMs: 0 });
  }

  #continueTurn(turn: OpenTurn, judged: JudgedFrame): void {
    const { threshold } = this.#settings;
    const silenceDurationMs = this.#endWatch?.silenceLimitMs(this.#settings) ?? this.#settings.silenceDurationMs;
    const isOver = this.#stopRule.update(judged, { threshold, silenceDurationMs });
    const { silenceMs } = this.#stopRule;
    this.#endWatch?.hear(judged.frame.samples16k, silenceMs);
    turn.extend(judged, silenceMs);
    this.#listener({ type: 'speech-audio', pcm: judged.frame.pcm24k, silenceMs });
    if (isOver && this.#turn === turn) this.#endTurn();
  }

  #openWatch(): TurnEndWatch | null {
    const { endsBy } = this.#settings;
    if (this.#turnEndModel === null || endsBy === 'silence' || endsBy === 'client') return null;
    return new TurnEndWatch(this.#turnEndModel, this.counters);
  }

  #endTurn(): void {
    const turn = this.#turn;
    if (turn === null || this.#closed) return;
    this.#forgetTurn();
    this.#startRule.reset();
    const levelDb = turn.levelDb;
    if (levelDb !== null && !turn.guarded) this.#startRule.learnUserLevel(levelDb);
    this.#listener({ type: 'speech-stopped', audioEndMs: turn.audioEndMs, speechMs: turn.speechMs });
  }
}

import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { silentLogger } from '../../packages/media/src/core/logger.ts';
import { ManualClock } from '../../packages/media/src/core/manual-clock.ts';
import { Resampler } from '../../packages/media/src/core/resampler.ts';
import { DEFAULT_TURN_DETECTION } from '../../packages/media/src/core/voice-port.ts';
import type { SpeechModel } from '../../packages/media/src/turn-detection/speech-model.ts';
import { UserPipeline } from '../../packages/media/src/user-pipeline.ts';
import { createRandom, RATE_HZ, toPcm } from './turn-detection-material.ts';

/** 20 ms, as sound goes out and as browsers send it. */
const STEP_MS = 20;
const STEP_SAMPLES = (RATE_HZ * STEP_MS) / 1000;
/** Resampling, and the way around the canceller, hold back this much of the microphone before a frame can be judged. */
const HELD_BACK_SAMPLES = 800;
const FRAME_SAMPLES = 768;
/** A living room: sound falls by 60 dB in this time. */
const REVERBERATION_MS = 350;
/** Noise of the room and the microphone: -65 dB of full scale. */
const NOISE_AMPLITUDE = 0.00056;

export type EchoPath = { readonly levelDb: number; readonly delayMs: number; readonly reverberant: boolean };

type Tap = { readonly samples: number; readonly gain: number };

/** The direct sound and, in a room, eighty reflections; together as loud as `levelDb` says. */
function pathTaps({ levelDb, delayMs, reverberant }: EchoPath): Tap[] {
  const direct = Math.round((delayMs * RATE_HZ) / 1000);
  const taps: Tap[] = [{ samples: direct, gain: 1 }];
  const random = createRandom(17);
  for (let k = 0; reverberant && k < 80; k++) {
    const afterMs = 3 + random.uniform() * REVERBERATION_MS;
    const decay = 10 ** ((-3 * afterMs) / REVERBERATION_MS);
    taps.push({ samples: direct + Math.round((afterMs * RATE_HZ) / 1000), gain: 0.35 * decay * random.gaussian() });
  }
  const power = taps.reduce((sum, { gain }) => sum + gain ** 2, 0);
  return taps.map(({ samples, gain }) => ({ samples, gain: (gain * 10 ** (levelDb / 20)) / Math.sqrt(power) }));
}

/**
 * A call in a room: what the avatar plays comes back into the microphone over the path, beside the user. Its clock goes as
 * fast as the machine can.
 */
export class EchoRoom {
  /** When turns began, in ms of the call. */
  readonly turnsAtMs: number[] = [];
  #openTurns = 0;
  readonly #clock = new ManualClock();
  readonly #taps: readonly Tap[];
  readonly #pipeline: UserPipeline;
  readonly #random = createRandom(23);
  readonly #toPlayed = new Resampler(RATE_HZ, 2 * RATE_HZ);
  /** What was played, one second of silence before the call included. */
  #played = new Float32Array(RATE_HZ);
  #playedLength = RATE_HZ;
  #timeMs = 0;

  /** `byLevelOnly`: as on a system on which no echo canceller runs. */
  constructor(model: SpeechModel, path: EchoPath | null, byLevelOnly = false) {
    this.#taps = path === null ? [] : pathTaps(path);
    this.#pipeline = new UserPipeline({
      turnEndModel: null,
      clock: this.#clock,
      logger: silentLogger,
      speechModel: model,
      turnDetection: DEFAULT_TURN_DETECTION,
      voiceDetectsTurns: false,
      isToBeSaid: false,
      ...(byLevelOnly ? { openCanceller: () => null } : {}),
      onMicrophone: () => {},
      listener: (event) => {
        if (event.type === 'speech-started') {
          this.turnsAtMs.push(this.#timeMs);
          this.#openTurns++;
        } else if (event.type === 'speech-stopped') this.#openTurns--;
      },
    });
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  get userHasTurn(): boolean {
    return this.#openTurns > 0;
  }

  /** The call goes on for as long as the longer of the two sounds; ends early where `until` says so, after 20 ms of it or more. */
  async run(avatar: Float32Array | null, user: Float32Array | null, until: () => boolean = () => false): Promise<void> {
    const length = Math.max(avatar?.length ?? 0, user?.length ?? 0);
    for (let at = 0; at < length; at += STEP_SAMPLES) {
      const speaks = avatar !== null && at < avatar.length;
      this.#pipeline.setAvatarSpeaking(speaks);
      await this.#step(
        speaks ? avatar.subarray(at, at + STEP_SAMPLES) : null,
        user?.subarray(at, at + STEP_SAMPLES) ?? null,
      );
      if (until()) break;
    }
    this.#pipeline.setAvatarSpeaking(false);
  }

  async silence(durationMs: number): Promise<void> {
    await this.run(null, new Float32Array((durationMs * RATE_HZ) / 1000));
  }

  close(): void {
    this.#pipeline.close();
  }

  async #step(avatar: Float32Array | null, user: Float32Array | null): Promise<void> {
    const sound = new Float32Array(STEP_SAMPLES);
    if (avatar !== null) sound.set(avatar);
    const start = this.#remember(sound);
    const wide = this.#toPlayed.process(toPcm(sound));
    // The resampler gives its first step a little short.
    const frame = new Int16Array(2 * STEP_SAMPLES);
    frame.set(wide.subarray(0, frame.length), frame.length - Math.min(frame.length, wide.length));
    this.#pipeline.addPlayed(avatar === null ? null : frame, this.#timeMs);
    const microphone = Float32Array.from(
      sound,
      (_, k) => this.#echo(start + k) + (user?.[k] ?? 0) + NOISE_AMPLITUDE * this.#random.gaussian(),
    );
    this.#clock.advance(STEP_MS);
    this.#timeMs += STEP_MS;
    this.#pipeline.push(new Uint8Array(toPcm(microphone).buffer));
    const due = Math.floor(((this.#timeMs * RATE_HZ) / 1000 - HELD_BACK_SAMPLES) / FRAME_SAMPLES);
    while ((this.#pipeline.counters?.framesJudged ?? due) < due) await nextEventLoopTurn();
  }

  #remember(sound: Float32Array): number {
    const start = this.#playedLength;
    if (start + sound.length > this.#played.length) {
      const larger = new Float32Array(2 * this.#played.length + sound.length);
      larger.set(this.#played);
      this.#played = larger;
    }
    this.#played.set(sound, start);
    this.#playedLength += sound.length;
    return start;
  }

  #echo(sample: number): number {
    let sum = 0;
    for (const { samples, gain } of this.#taps) sum += gain * (this.#played[sample - samples] ?? 0);
    return sum;
  }
}

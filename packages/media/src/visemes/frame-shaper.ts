import { ARTICULATION_CHANNELS } from '../core/articulation.ts';
import type { ArticulationFrameListener } from './articulation-stream.ts';
import { PAUSE } from './network-runner.ts';

const CLOSURE = ARTICULATION_CHANNELS.indexOf('closure');
/**
 * In doubt the network says the mean of what a mouth may do, and so moves less than one: on voices held out, the standard
 * deviation of the phones' jaw is 1.1 to 1.3 times the network's, of width 1.2 to 1.3, of rounding 1.4 to 1.6. `spread`
 * gives the movement back, around the mean in speech.
 */
const SHAPES = (
  [
    ['jaw', 0.3, 1.3],
    ['wide', 0.3, 1.25],
    ['round', 0.15, 1.35],
  ] as const
).map(([name, mean, spread]) => ({ channel: ARTICULATION_CHANNELS.indexOf(name), mean, spread }));
const LABIODENTAL = ARTICULATION_CHANNELS.indexOf('labiodental');

/** Natural logarithm of power relative to full scale below which a frame is silent. */
const SILENCE_LEVEL = -17;
/** Silence this long on both sides of a frame puts the mouth to rest; shorter gaps are those of stops. */
const SILENCE_REACH_FRAMES = 6;
/**
 * A frame whose power is this far (24 dB) below the recent peak holds a breath, a click or the end of a word. Where that
 * lasts from before to after a frame, the mouth rests; the gap of a stop is shorter.
 */
const FAINT_RANGE = 5.5;
const FAINT_BEFORE_FRAMES = 4;
const FAINT_AFTER_FRAMES = 6;
/** Before anything is heard, and its fall while nothing louder comes (1.7 dB a second). */
const FIRST_PEAK = -13;
const PEAK_FALL_PER_FRAME = 0.004;
const REST_PER_FRAME = 1 / 6;
const WAKE_PER_FRAME = 1 / 3;
/** The mouth at rest wakes when a pause is less likely than the first, and goes to rest when likelier than the second. */
const PAUSE_ENDS = 0.3;
const PAUSE_BEGINS = 0.7;
/** Openings up to this are the network's doubt, not speech. */
const DEAD_ZONE = 0.03;
/** The network's belief in a gesture that begins it, and that which it must keep to go on. */
const GESTURE_START = 0.6;
const GESTURE_KEEP = 0.4;
/** Belief from which a begun gesture is shown fully. */
const GESTURE_FULL = 0.7;

/**
 * Turns the network's beliefs into what the mouth shows: a closure or a lip-to-teeth touch is made fully or not at all,
 * with hysteresis, because half-closed lips read as neither; faint openings, breaths and long silence are rest.
 */
export class FrameShaper {
  readonly #onFrame: ArticulationFrameListener;
  readonly #silent: boolean[] = [];
  readonly #faint: boolean[] = [];
  #peak = FIRST_PEAK;
  readonly #active = new Map<number, boolean>([
    [CLOSURE, false],
    [LABIODENTAL, false],
  ]);
  readonly #frame = new Float32Array(ARTICULATION_CHANNELS.length);
  #shaped = 0;
  #speaking = false;
  #awake = 0;

  constructor(onFrame: ArticulationFrameListener) {
    this.#onFrame = onFrame;
  }

  /**
   * The next frame heard: mean of its bands' levels, and level of their mean power. Frames are heard at least
   * `SILENCE_REACH_FRAMES` ahead of beliefs, or the turn is over.
   */
  hear(level: number, powerLevel: number): void {
    this.#peak = Math.max(powerLevel, this.#peak - PEAK_FALL_PER_FRAME);
    this.#silent.push(level < SILENCE_LEVEL);
    this.#faint.push(powerLevel < this.#peak - FAINT_RANGE);
  }

  /** What the network believes of the next frame. */
  push(belief: Float32Array): void {
    const frame = this.#frame;
    frame.set(belief.subarray(0, frame.length));
    for (const [channel, wasActive] of this.#active) {
      const value = frame[channel] ?? 0;
      const isActive = value > (wasActive ? GESTURE_KEEP : GESTURE_START);
      this.#active.set(channel, isActive);
      frame[channel] = isActive ? Math.min(1, value / GESTURE_FULL) : 0.5 * value;
    }
    for (const { channel, mean, spread } of SHAPES) {
      const shown = Math.max(0, (frame[channel] ?? 0) - DEAD_ZONE) / (1 - DEAD_ZONE);
      frame[channel] = Math.min(1, Math.max(0, mean + (shown - mean) * spread));
    }
    this.#speaking = !this.#isRest() && (belief[PAUSE] ?? 0) < (this.#speaking ? PAUSE_BEGINS : PAUSE_ENDS);
    if (this.#speaking) this.#awake = Math.min(1, this.#awake + WAKE_PER_FRAME);
    else this.#awake = Math.max(0, this.#awake - REST_PER_FRAME);
    for (let channel = 0; channel < frame.length; channel++) frame[channel] = (frame[channel] ?? 0) * this.#awake;
    this.#shaped += 1;
    this.#onFrame(frame);
  }

  #isRest(): boolean {
    return (
      this.#lasts(this.#silent, SILENCE_REACH_FRAMES, SILENCE_REACH_FRAMES) ||
      this.#lasts(this.#faint, FAINT_BEFORE_FRAMES, FAINT_AFTER_FRAMES)
    );
  }

  /** Whether it holds around the next frame. Sound before the start and after the end of the turn counts as silence. */
  #lasts(flags: readonly boolean[], before: number, after: number): boolean {
    for (let frame = this.#shaped - before; frame <= this.#shaped + after; frame++) {
      if (flags[frame] === false) return false;
    }
    return true;
  }
}

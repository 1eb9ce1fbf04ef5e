import { HEAD_STILL, type HeadMotion } from '../core/head-motion.ts';
import type { EmphasisTrack } from './emphasis.ts';
import { SmoothValue } from './motion.ts';

/** Where in the sound of which reply the talk stands. */
type Speech = { readonly emphasis: EmphasisTrack; readonly positionMs: number };

/** A phrase ends when so much of silence lies behind, and as much of it is seen ahead as a stop consonant takes. */
const SILENT_MS = 150;
const STILL_SILENT_MS = 80;
/** The head sets out this long before the phrase is heard, as people's do. */
const HEAD_LEADS_MS = 200;
/** Within a phrase the head comes to another place about this often. */
const STEP_AFTER_MS = 650;
const STEP_SPREAD_MS = 1100;
/** How far a place lies from the last one within a phrase, against a new phrase. */
const STEP_SHARE = 0.6;
/** Spread (standard deviation) and bounds, in radians and widths of the face. */
type Range = { readonly spread: number; readonly most: number };
const YAW = { spread: 0.086, most: 0.145 };
const PITCH = { spread: 0.044, most: 0.085 };
const ROLL = { spread: 0.058, most: 0.105 };
const RIGHT = { spread: 0.018, most: 0.06 };
const DOWN = { spread: 0.014, most: 0.03 };
/** The head leans with a turn: filmed speakers tilt towards the side that they turn from, and move towards where they look. */
const ROLL_PER_YAW = -0.28;
const RIGHT_PER_YAW = 0.22;
/** A turn is followed by one to the other side this often. */
const OTHER_SIDE_SHARE = 0.68;
/** Smaller angles, in radians, and travels, in widths of the face, are not seen. */
const REST = 0.0012;
const BLINK_LIDS = [0.5, 1, 1, 0.6, 0.25];
const BLINK_STEP_MS = 40;
const BLINK_SHARE = 0.6;
const BLINK_GAP_MS = 1400;
/** Brows rise with a new phrase, or with a step within one, this often, and as far. */
const BROWS_SHARE = 0.5;
const BROWS_LEAST = 0.45;
const BROWS_SPREAD = 0.5;
const BROWS_MS = 380;
const BROWS_SPREAD_MS = 500;
const LOOK_AWAY_SHARE = 0.3;
const LOOK_AWAY_MS = 350;
const LOOK_AWAY_SPREAD_MS = 650;

const CHANNELS = ['yaw', 'pitch', 'roll', 'right', 'down'] as const;
const IN_PLACE = Object.freeze({ yaw: 0, pitch: 0, roll: 0, right: 0, down: 0 });

/**
 * The head of somebody who talks: it sets out for another place with each phrase, moves on within it, looks aside when a
 * thought begins, blinks when one ends, and comes back to its idle life when all is said. The same seed and sound give the
 * same motion.
 */
export class HeadLife {
  readonly #random: () => number;
  readonly #channels = {
    yaw: new FollowedValue(),
    pitch: new FollowedValue(),
    roll: new FollowedValue(),
    right: new FollowedValue(),
    down: new FollowedValue(),
  };
  #goal: Readonly<Record<(typeof CHANNELS)[number], number>> = IN_PLACE;
  #isInPhrase = false;
  /** The phrase that the head set out for is heard. */
  #hasSounded = false;
  #nextStepAtMs = 0;
  #blinkAtMs = Number.NEGATIVE_INFINITY;
  #look = { right: 0, down: 0, untilMs: 0 };
  #brows = { raised: 0, untilMs: 0 };
  #isHeld = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  get isAtRest(): boolean {
    return CHANNELS.every((name) => this.#channels[name].isAtRest);
  }

  /** For heads that go where their film goes: from now on it does nothing. */
  hold(): void {
    this.#isHeld = true;
  }

  /** How far the brows are to be raised at this time, 0 to 1. */
  browsAt(timeMs: number): number {
    return timeMs < this.#brows.untilMs ? this.#brows.raised : 0;
  }

  /** The motion at this time; times come in order. `speech` is null in silence. */
  advance(timeMs: number, elapsedMs: number, speech: Speech | null): HeadMotion {
    if (speech === null) this.#rest();
    else this.#follow(timeMs, speech);
    if (this.#isHeld) return HEAD_STILL;
    for (const name of CHANNELS) this.#channels[name].advance(this.#goal[name], elapsedMs);
    const lids = BLINK_LIDS[Math.floor((timeMs - this.#blinkAtMs) / BLINK_STEP_MS)] ?? 0;
    const looks = timeMs < this.#look.untilMs;
    // Once the head is back the life loop goes on, whose eyes look where they look.
    if (this.isAtRest && lids === 0 && !looks) return HEAD_STILL;
    const { yaw, pitch, roll, right, down } = this.#channels;
    return {
      yaw: yaw.value,
      pitch: pitch.value,
      roll: roll.value,
      right: right.value,
      down: down.value,
      lids,
      lookRight: looks ? this.#look.right : 0,
      lookDown: looks ? this.#look.down : 0,
    };
  }

  #rest(): void {
    this.#goal = IN_PLACE;
    this.#isInPhrase = false;
    this.#look.untilMs = 0;
    this.#brows.untilMs = 0;
  }

  #follow(timeMs: number, { emphasis, positionMs }: Speech): void {
    const sounds = (fromMs: number, toMs: number): boolean => {
      for (let atMs = fromMs; atMs < toMs; atMs += 20) if (emphasis.isLoudAt(atMs)) return true;
      return false;
    };
    if (this.#isInPhrase) {
      this.#hasSounded ||= emphasis.isLoudAt(positionMs);
      const isOver = this.#hasSounded && !sounds(positionMs - SILENT_MS, positionMs + STILL_SILENT_MS);
      if (isOver) this.#endPhrase(timeMs);
      else if (timeMs >= this.#nextStepAtMs) this.#moveOn(timeMs, STEP_SHARE);
    } else if (sounds(positionMs, positionMs + HEAD_LEADS_MS)) {
      this.#isInPhrase = true;
      this.#hasSounded = false;
      this.#moveOn(timeMs, 1);
      this.#lookAside(timeMs);
    }
  }

  #endPhrase(timeMs: number): void {
    this.#isInPhrase = false;
    if (timeMs - this.#blinkAtMs > BLINK_GAP_MS && this.#random() < BLINK_SHARE) this.#blinkAtMs = timeMs;
    // In a pause the head comes halfway back.
    const { yaw, pitch, roll, right, down } = this.#goal;
    this.#goal = { yaw: yaw / 2, pitch: pitch / 2, roll: roll / 2, right: right / 2, down: down / 2 };
  }

  #moveOn(timeMs: number, share: number): void {
    this.#nextStepAtMs = timeMs + STEP_AFTER_MS + STEP_SPREAD_MS * this.#random();
    if (this.#random() < BROWS_SHARE) {
      const raised = BROWS_LEAST + BROWS_SPREAD * this.#random();
      this.#brows = { raised, untilMs: timeMs + BROWS_MS + BROWS_SPREAD_MS * this.#random() };
    }
    const before = this.#goal;
    const draw = ({ spread, most }: Range, from: number, mean = 0): number =>
      bounded(from * (1 - share) + mean + share * spread * this.#normal(), most);
    const size = Math.abs(this.#normal()) + 0.35;
    const side = this.#random() < OTHER_SIDE_SHARE ? -Math.sign(before.yaw || 1) : Math.sign(before.yaw || -1);
    const yaw = bounded(before.yaw * (1 - share) + share * side * size * YAW.spread, YAW.most);
    this.#goal = {
      yaw,
      pitch: draw(PITCH, before.pitch),
      roll: draw(ROLL, before.roll, share * ROLL_PER_YAW * yaw),
      right: draw(RIGHT, before.right, share * RIGHT_PER_YAW * yaw),
      down: draw(DOWN, before.down),
    };
  }

  #lookAside(timeMs: number): void {
    if (this.#random() > LOOK_AWAY_SHARE) return;
    this.#look = {
      right: Math.sign(this.#goal.yaw || 1) * (0.5 + 0.5 * this.#random()),
      down: 0.6 * (this.#random() - 0.6),
      untilMs: timeMs + LOOK_AWAY_MS + LOOK_AWAY_SPREAD_MS * this.#random(),
    };
  }

  /** Normally distributed, by the sum of four even ones (Irwin–Hall). */
  #normal(): number {
    return (this.#random() + this.#random() + this.#random() + this.#random() - 2) * Math.sqrt(3);
  }
}

function bounded(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** Follows its goal as what is heavy does: it gathers speed and loses it again. Two springs, one behind the other. */
class FollowedValue {
  readonly #first = new SmoothValue(REST);
  readonly #second = new SmoothValue(REST);

  get value(): number {
    return this.#second.value;
  }

  get isAtRest(): boolean {
    return this.#first.isAtRest && this.#second.isAtRest;
  }

  advance(goal: number, elapsedMs: number): void {
    this.#first.advance(goal, elapsedMs);
    this.#second.advance(this.#first.value, elapsedMs);
  }
}

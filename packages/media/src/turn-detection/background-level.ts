import { FRAME_MS } from './frame-assembler.ts';
import { SlidingQuantile } from './sliding-quantile.ts';

/** Window in which the quietest moments make the background: long enough to hold a breath of any talker. */
const WINDOW_FRAMES = Math.round(4000 / FRAME_MS);
/** Sound that must have been heard before the background counts as known. */
const MIN_FRAMES = Math.round(500 / FRAME_MS);
/** Share of the window that lies below the background's level. */
const QUANTILE = 0.1;
/** Weight of the newest frame in the present level: about 130 ms. */
const SMOOTHING = 0.22;
/** Up to this far above the background's level a frame counts as background; a room full of voices swings that much. */
export const NEAR_BACKGROUND_DB = 7;
/** Weight of one background frame in the share of them that sound like speech: about three seconds of background. */
const TALK_SMOOTHING = FRAME_MS / 3000;
/** From this share on, the background itself talks. */
const TALKING_SHARE = 0.3;
/** Background heard outside turns, of late, that tells what it is without looking into turns. */
const ENOUGH_OUTSIDE_FRAMES = Math.round(1000 / FRAME_MS);
/** How long a turn goes on before what is faint in it says something about the background all the same. */
const TURN_DISTRUST_FRAMES = Math.round(6000 / FRAME_MS);
const SILENCE_DB = -100;
/** A background below this is a quiet room, in which whoever talks to the microphone stands far out. */
const QUIET_ROOM_DB = -50;
/** Up to this far above the background a frame of a quiet room is nothing but the room. */
const NEAR_QUIET_ROOM_DB = 6;

/**
 * Follows how loud it is when nobody near the microphone speaks, by the low quantile of the level (in the spirit of
 * R. Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics", 2001), and
 * whether that background itself sounds like speech to the model: other people talking, a television. What the user says
 * softly, half under noise, is no sign of that; so it is learnt outside turns, and inside only when there is nothing
 * else to go by or the turn has become suspiciously long.
 */
export class BackgroundLevel {
  readonly #levels = new SlidingQuantile(WINDOW_FRAMES);
  #smoothedPower = 0;
  #lastPower = 0;
  #talkShare = 0;
  #floorDb = SILENCE_DB;
  #outsideFrames = 0;
  #turnFrames = 0;

  /** Takes the next frame's power (mean square, full scale 1) and whether the model takes it for speech. */
  update(power: number, isSpeechLike: boolean, inTurn: boolean): void {
    this.#smoothedPower += SMOOTHING * (power - this.#smoothedPower);
    this.#levels.push(toDb((power + this.#lastPower) / 2));
    this.#lastPower = power;
    this.#floorDb = this.#levels.quantile(QUANTILE);
    this.#turnFrames = inTurn ? this.#turnFrames + 1 : 0;
    if (!this.known || this.aboveDb >= NEAR_BACKGROUND_DB) return;
    if (!inTurn) this.#outsideFrames++;
    else if (this.#outsideFrames >= ENOUGH_OUTSIDE_FRAMES && this.#turnFrames < TURN_DISTRUST_FRAMES) return;
    this.#talkShare += TALK_SMOOTHING * (Number(isSpeechLike) - this.#talkShare);
  }

  get known(): boolean {
    return this.#levels.length >= MIN_FRAMES;
  }

  /** Level of about the last 130 ms in dB below full scale. */
  get levelDb(): number {
    return toDb(this.#smoothedPower);
  }

  /** How far the present level lies above the background. */
  get aboveDb(): number {
    return this.levelDb - this.#floorDb;
  }

  /** A frame of this power (mean square, full scale 1) is the noise of a quiet room, and nobody's speech. */
  isQuietRoom(power: number): boolean {
    return this.known && this.#floorDb < QUIET_ROOM_DB && toDb(power) < this.#floorDb + NEAR_QUIET_ROOM_DB;
  }

  /** The background sounds like speech, so that the model alone cannot tell when the user speaks. */
  get talks(): boolean {
    return this.known && this.#talkShare > TALKING_SHARE;
  }

  reset(): void {
    this.#levels.clear();
    this.#smoothedPower = 0;
    this.#lastPower = 0;
    this.#talkShare = 0;
    this.#floorDb = SILENCE_DB;
    this.#outsideFrames = 0;
    this.#turnFrames = 0;
  }
}

function toDb(power: number): number {
  return Math.max(SILENCE_DB, 10 * Math.log10(power + 1e-12));
}

import { FRAME_MS } from './frame-assembler.ts';
import { type JudgedFrame, powerToDb } from './judged-frame.ts';

/** Speech on end that starts a turn while the avatar is silent. A click or a knock is over sooner. */
const QUIET_EVIDENCE_FRAMES = 2;
/** Speech that interrupts the avatar. Longer than a cough, an "mm", or the start of an echo that gets cancelled. */
const BARGE_IN_EVIDENCE_FRAMES = 7;
/** The same for a voice this far above all that may be echo, of which an echo canceller may take the softer half. */
const CLEAR_EVIDENCE_FRAMES = 6;
const CLEAR_OF_ECHO_DB = 20;
/** It lies within this stretch: a stop consonant, or what an echo canceller takes from a voice, makes a hole of a frame or two. */
const BARGE_IN_WINDOW_FRAMES = 10;
/** Probability that a frame needs to count against a speaking avatar, unless the call's own threshold is higher. */
const BARGE_IN_THRESHOLD = 0.7;
/** Frames of less count too, the consonants that words begin with, once this many are sure. */
const UNSURE_THRESHOLD = 0.4;
const SURE_FRAMES = 5;
/** How far above the background an interruption must be. */
const BARGE_IN_ABOVE_DB = 9;
/** How much quieter than this user usually is an interruption may be. What is fainter is the avatar's echo or someone else. */
const BARGE_IN_BELOW_USER_DB = 10;
/** How far above a background that talks itself the user must be. */
const ABOVE_TALKING_BACKGROUND_DB = 8;
/** How long the avatar's sound may still arrive at the microphone after its end: network, jitter buffer, room. */
const ECHO_TAIL_FRAMES = Math.round(400 / FRAME_MS);
/** Weight of a new turn in the user's usual level. */
const USER_LEVEL_SMOOTHING = 0.3;

/** Decides when the user begins to speak. */
export class StartRule {
  /** The newest frames, from the first that speaks for a start on. */
  #window: { readonly judged: JudgedFrame; readonly counts: boolean; readonly isSure: boolean }[] = [];
  /** Those of them that speak for a start. */
  #evidence: JudgedFrame[] = [];
  #avatarSpeaking = false;
  #echoTailFrames = 0;
  #userLevelDb: number | null = null;

  setAvatarSpeaking(speaking: boolean): void {
    if (this.#avatarSpeaking && !speaking) this.#echoTailFrames = ECHO_TAIL_FRAMES;
    this.#avatarSpeaking = speaking;
  }

  /** Tells how loud a turn was in which the user spoke undisturbed. */
  learnUserLevel(levelDb: number): void {
    this.#userLevelDb =
      this.#userLevelDb === null ? levelDb : this.#userLevelDb + USER_LEVEL_SMOOTHING * (levelDb - this.#userLevelDb);
  }

  /** True while the avatar, or its echo, may be heard. */
  get guarded(): boolean {
    return this.#avatarSpeaking || this.#echoTailFrames > 0;
  }

  /** Frames since the first that speaks for a start. */
  get evidenceFrames(): number {
    return this.#window.length;
  }

  /** Takes the next frame outside a turn. Returns the first frame of the speech once there is evidence enough. */
  update(judged: JudgedFrame, threshold: number): JudgedFrame | null {
    const guarded = this.guarded;
    if (!this.#avatarSpeaking && this.#echoTailFrames > 0) this.#echoTailFrames--;
    const isSpeech = judged.probability >= (guarded ? Math.max(threshold, BARGE_IN_THRESHOLD) : threshold);
    if (!isSpeech && !guarded) this.reset();
    else this.#gather(judged, isSpeech, guarded);
    if (!isSpeech || !this.#isEnough(guarded)) return null;
    if (this.#mayBeEcho()) return null;
    if (guarded && !this.#isLoudEnoughToInterrupt(judged)) return null;
    if (judged.background.talks && judged.background.aboveDb < ABOVE_TALKING_BACKGROUND_DB) return null;
    return this.#evidence[0] ?? null;
  }

  reset(): void {
    this.#window = [];
    this.#evidence = [];
  }

  #gather(judged: JudgedFrame, isSure: boolean, guarded: boolean): void {
    this.#window.push({ judged, isSure, counts: isSure || (guarded && judged.probability >= UNSURE_THRESHOLD) });
    if (this.#window.length > BARGE_IN_WINDOW_FRAMES) this.#window.shift();
    while (this.#window[0]?.counts === false) this.#window.shift();
    this.#evidence = this.#window.flatMap((entry) => (entry.counts ? [entry.judged] : []));
  }

  #isEnough(guarded: boolean): boolean {
    const sureFrames = this.#window.filter(({ isSure }) => isSure).length;
    if (!guarded) return sureFrames >= QUIET_EVIDENCE_FRAMES;
    if (sureFrames < SURE_FRAMES) return false;
    const isClear = powerToDb(this.#evidencePower()) >= this.#echoDb() + CLEAR_OF_ECHO_DB;
    return this.#evidence.length >= (isClear ? CLEAR_EVIDENCE_FRAMES : BARGE_IN_EVIDENCE_FRAMES);
  }

  /** Sound no louder than what is left of the avatar's echo starts nothing, before the first turn of the user as after it. */
  #mayBeEcho(): boolean {
    return powerToDb(this.#evidencePower()) < this.#echoDb();
  }

  #echoDb(): number {
    return this.#evidence.reduce((bound, { frame }) => Math.max(bound, frame.echoDb), Number.NEGATIVE_INFINITY);
  }

  #evidencePower(): number {
    return this.#evidence.reduce((sum, frame) => sum + frame.power, 0) / this.#evidence.length;
  }

  #isLoudEnoughToInterrupt({ background }: JudgedFrame): boolean {
    if (background.known && background.aboveDb < BARGE_IN_ABOVE_DB) return false;
    if (this.#userLevelDb === null) return true;
    return powerToDb(this.#evidencePower()) >= this.#userLevelDb - BARGE_IN_BELOW_USER_DB;
  }
}

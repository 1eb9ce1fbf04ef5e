/** What is left of an echo after the canceller, against the loudest of what was played of late, before anything is known. */
const CANCELLED_START_DB = -33;
/** The same without a canceller. */
const PLAIN_START_DB = -9;
const LEAST_DB = -60;
const MOST_DB = -6;
/** How fast the estimate follows frames above and below it: it settles where one frame in ten lies above. */
const RISE_DB_PER_FRAME = 0.06;
const FALL_DB_PER_FRAME = 0.01;
/** How far above the echo whoever speaks must be. */
const MARGIN_DB = 6;
const SILENT_DB = -66;
/** When a turn of the user begins, what was learnt in this many frames was learnt of him, and is forgotten. */
const REVOKED_FRAMES = 60;

/**
 * Learns how loud the avatar's echo is against what it plays, and tells the level up to which sound may be its echo. While
 * the user has a turn nothing is learnt.
 */
export class EchoLevel {
  #coupledDb: number;
  /** What it was before each of the newest frames. */
  readonly #history: number[] = [];
  #userSpeaks = false;

  constructor(hasCanceller: boolean) {
    this.#coupledDb = startDb(hasCanceller);
  }

  /** Another canceller is at work from now on, or none any more: what was learnt of the one before does not hold. */
  restart(hasCanceller: boolean): void {
    this.#coupledDb = startDb(hasCanceller);
    this.#history.length = 0;
  }

  /** Up to this level (dB of full scale) sound may be the echo of what was played at this power. */
  boundDb(playedPower: number): number {
    const playedDb = toDb(playedPower);
    return playedDb < SILENT_DB ? Number.NEGATIVE_INFINITY : playedDb + this.#coupledDb + MARGIN_DB;
  }

  setUserSpeaking(speaks: boolean): void {
    if (speaks && !this.#userSpeaks) this.#coupledDb = this.#history[0] ?? this.#coupledDb;
    this.#history.length = 0;
    this.#userSpeaks = speaks;
  }

  /** Takes the power of 10 ms of the microphone while something is played. */
  update(microphonePower: number, playedPower: number): void {
    const playedDb = toDb(playedPower);
    if (playedDb < SILENT_DB || this.#userSpeaks) return;
    this.#history.push(this.#coupledDb);
    if (this.#history.length > REVOKED_FRAMES) this.#history.shift();
    const rises = toDb(microphonePower) - playedDb > this.#coupledDb;
    const next = this.#coupledDb + (rises ? RISE_DB_PER_FRAME : -FALL_DB_PER_FRAME);
    this.#coupledDb = Math.min(MOST_DB, Math.max(LEAST_DB, next));
  }
}

function startDb(hasCanceller: boolean): number {
  return hasCanceller ? CANCELLED_START_DB : PLAIN_START_DB;
}

export function toDb(power: number): number {
  return 10 * Math.log10(power + 1e-12);
}

import { endianness } from 'node:os';
import { msToWireSamples, wireSamplesToMs } from '../core/audio-format.ts';
import type { Clock } from '../core/clock.ts';

/** Sound that may wait for real time to catch up once a client is `maxBurstMs` ahead. What arrives that late is of little use. */
const MAX_WAITING_MS = 1000;
/** Waiting sound is passed on in pieces of at least this length. */
const DRAIN_INTERVAL_MS = 40;

const IS_LITTLE_ENDIAN = endianness() === 'LE';

export type AudioInOptions = {
  /** Sound accepted ahead of real time. */
  readonly maxBurstMs: number;
  readonly clock: Clock;
  /** What of the sound counts as it arrives. Left out: all. */
  readonly filter?: (pcm: Int16Array) => Int16Array;
  /** PCM16 mono at 24 kHz, never empty. The samples belong to the receiver. */
  onPcm(pcm: Int16Array): void;
};

export type AudioInCounters = {
  receivedMs: number;
  passedOnMs: number;
  /** Sound thrown away because the client was too far ahead of real time, oldest first. */
  droppedMs: number;
  /** Sound thrown away by `clear`. */
  clearedMs: number;
};

/**
 * Takes the user's sound as it comes off the wire: PCM16 little-endian, mono, 24 kHz, cut anywhere, even within a sample.
 * It is passed on at once, inside `push`, so that whatever the client says next (commit, clear) stays in order. A client
 * that is `maxBurstMs` ahead of real time has its further sound wait: at most a second of it, the oldest is dropped.
 */
export class AudioIn {
  readonly counters: AudioInCounters = { receivedMs: 0, passedOnMs: 0, droppedMs: 0, clearedMs: 0 };
  readonly #options: AudioInOptions;
  /** First byte of a sample whose second has not come yet. */
  #oddByte: number | null = null;
  /** Samples passed on ahead of real time, as of `#levelAtMs`. */
  #aheadSamples = 0;
  #levelAtMs: number;
  #waiting: Int16Array[] = [];
  #waitingSamples = 0;
  #cancelDrain: (() => void) | null = null;
  #closed = false;

  constructor(options: AudioInOptions) {
    this.#options = options;
    this.#levelAtMs = options.clock.nowMs();
  }

  /** The bytes are the call's from now on: they may be passed on as they are. */
  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    const pcm = this.#decode(bytes);
    if (pcm.length === 0) return;
    this.counters.receivedMs += wireSamplesToMs(pcm.length);
    const fresh = this.#options.filter?.(pcm) ?? pcm;
    if (fresh.length === 0) return;
    this.#enqueue(fresh);
    this.#drain();
  }

  /** Throws away what waits, half a sample, and the account of what was ahead: the next burst has its full allowance. */
  clear(): void {
    this.#aheadSamples = 0;
    this.#levelAtMs = this.#options.clock.nowMs();
    this.counters.clearedMs += wireSamplesToMs(this.#waitingSamples);
    this.#waiting = [];
    this.#waitingSamples = 0;
    this.#oddByte = null;
    this.#stopDraining();
  }

  close(): void {
    this.#closed = true;
    this.clear();
  }

  #decode(bytes: Uint8Array): Int16Array {
    if (this.#oddByte === null && isSamples(bytes)) {
      return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    }
    const carried = this.#oddByte === null ? 0 : 1;
    const count = (carried + bytes.length) >> 1;
    const pcm = new Int16Array(count);
    let low = this.#oddByte;
    let at = 0;
    for (const byte of bytes) {
      if (low === null) low = byte;
      else {
        pcm[at++] = low | (byte << 8);
        low = null;
      }
    }
    this.#oddByte = low;
    return pcm;
  }

  #enqueue(pcm: Int16Array): void {
    this.#waiting.push(pcm);
    this.#waitingSamples += pcm.length;
  }

  #drain(): void {
    this.#stopDraining();
    const allowed = this.#allowance();
    let left = allowed;
    while (left > 0 && this.#waitingSamples > 0) {
      const piece = this.#take(left);
      left -= piece.length;
      this.#aheadSamples += piece.length;
      this.counters.passedOnMs += wireSamplesToMs(piece.length);
      this.#options.onPcm(piece);
    }
    const excess = this.#waitingSamples - msToWireSamples(MAX_WAITING_MS);
    for (let over = excess; over > 0; ) over -= this.#take(over).length;
    if (excess > 0) this.counters.droppedMs += wireSamplesToMs(excess);
    if (this.#waitingSamples > 0 && !this.#closed) {
      this.#cancelDrain = this.#options.clock.schedule(DRAIN_INTERVAL_MS, () => this.#drain());
    }
  }

  /** Samples that may be passed on now: what the client is ahead drains away as real time goes by. */
  #allowance(): number {
    const nowMs = this.#options.clock.nowMs();
    this.#aheadSamples = Math.max(0, this.#aheadSamples - msToWireSamples(nowMs - this.#levelAtMs));
    this.#levelAtMs = nowMs;
    return msToWireSamples(this.#options.maxBurstMs) - this.#aheadSamples;
  }

  /** Takes the oldest waiting piece, cut to `maxSamples`. */
  #take(maxSamples: number): Int16Array {
    const first = this.#waiting[0] as Int16Array;
    const piece = first.length <= maxSamples ? first : first.slice(0, maxSamples);
    if (piece === first) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(piece.length);
    this.#waitingSamples -= piece.length;
    return piece;
  }

  #stopDraining(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = null;
  }
}

/** The bytes are samples as this machine has them in memory. */
function isSamples(bytes: Uint8Array): boolean {
  return IS_LITTLE_ENDIAN && bytes.length % 2 === 0 && bytes.byteOffset % 2 === 0;
}

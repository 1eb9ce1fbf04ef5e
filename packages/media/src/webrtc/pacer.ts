import type { Clock } from '../core/clock.ts';

/** The queue in front of the pacer. `sendNext` sends one packet and returns its bytes, or 0 when the queue is empty. */
export type PacedQueue = { readonly pendingBytes: number; sendNext(): number };

/** What leaves at once: a whole ordinary picture at 1,200 kbit/s, so only key frames wait. */
const BURST_BYTES = 9000;
const TICK_MS = 5;
/** Sending this much faster than the target lets a key frame out in time without flooding short queues on the path. */
const PACE_FACTOR = 2.5;
const MIN_PACE_KBPS = 300;

/** Lets large pictures out over several milliseconds: a token bucket refilled at 2.5 times the target bitrate. */
export class Pacer {
  readonly #clock: Clock;
  readonly #queue: PacedQueue;
  #paceKbps = MIN_PACE_KBPS;
  #tokenBytes = BURST_BYTES;
  #refilledAtMs: number;
  #cancelTick: (() => void) | null = null;
  #isClosed = false;

  constructor(clock: Clock, queue: PacedQueue, targetKbps: number) {
    this.#clock = clock;
    this.#queue = queue;
    this.#refilledAtMs = clock.nowMs();
    this.setTarget(targetKbps);
  }

  setTarget(targetKbps: number): void {
    this.#refill();
    this.#paceKbps = Math.max(MIN_PACE_KBPS, targetKbps * PACE_FACTOR);
  }

  /** Time until the queue is empty at the present pace. */
  get backlogMs(): number {
    return (this.#queue.pendingBytes * 8) / this.#paceKbps;
  }

  /** Bytes sent past the queue (retransmissions) use up the same budget. */
  charge(byteLength: number): void {
    this.#refill();
    this.#tokenBytes -= byteLength;
  }

  /** Sends what the budget allows and arranges the rest. */
  kick(): void {
    if (this.#isClosed) return;
    this.#refill();
    while (this.#tokenBytes > 0 && this.#queue.pendingBytes > 0) {
      const sentBytes = this.#queue.sendNext();
      if (sentBytes === 0) break;
      this.#tokenBytes -= sentBytes;
    }
    if (this.#queue.pendingBytes > 0 && this.#cancelTick === null) {
      this.#cancelTick = this.#clock.schedule(TICK_MS, () => {
        this.#cancelTick = null;
        this.kick();
      });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  #refill(): void {
    const nowMs = this.#clock.nowMs();
    const earnedBytes = ((nowMs - this.#refilledAtMs) * this.#paceKbps) / 8;
    this.#refilledAtMs = nowMs;
    this.#tokenBytes = Math.min(BURST_BYTES, this.#tokenBytes + earnedBytes);
  }
}

import { readFileSync } from 'node:fs';

/** A worker that is busy in its own code for this long without turning its event loop hangs. */
const HANG_MS = 2000;
/** Whatever it does or waits for: longer than this it is lost. */
const SILENCE_MS = 10_000;
/** Reading models and encoding the first loops, on a machine that is busy with something else besides. */
const START_SILENCE_MS = 120_000;
export const WATCH_EVERY_MS = 250;
/** What one look may count for. When looks come late, it is the watcher that was held up, or the machine slept. */
const MOST_PER_LOOK_MS = 2 * WATCH_EVERY_MS;
/** Clock ticks per second in `/proc`, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What the main thread of a process has used of the processor, and whether somebody has stopped it. */
export type ThreadState = { readonly cpuMs: number; readonly isStopped: boolean };

/**
 * Watches the beats of one worker. A worker that is silent has not necessarily failed: on a busy machine it may not get the
 * processor, it may be stopped, and the watcher may have been held up itself. So only time in which the watcher was awake
 * counts, and a short silence counts only if the worker used the processor all along.
 */
export class Heartbeat {
  readonly #readThread: () => ThreadState | null;
  #isReady = false;
  #silentMs = 0;
  #cpuAtBeatMs: number | null = null;
  #lookedAtMs: number;

  constructor(nowMs: number, readThread: () => ThreadState | null) {
    this.#lookedAtMs = nowMs;
    this.#readThread = readThread;
  }

  beat(): void {
    this.#silentMs = 0;
    this.#cpuAtBeatMs = null;
  }

  /** From now on the short limits hold. */
  ready(): void {
    this.#isReady = true;
    this.beat();
  }

  /** Looks at the worker, every `WATCH_EVERY_MS`. Why it is lost, or null while it is well. */
  look(nowMs: number): string | null {
    const elapsedMs = Math.min(MOST_PER_LOOK_MS, nowMs - this.#lookedAtMs);
    this.#lookedAtMs = nowMs;
    const thread = this.#readThread();
    if (thread?.isStopped === true) return null;
    this.#silentMs += elapsedMs;
    if (!this.#isReady) return this.#silentMs >= START_SILENCE_MS ? 'it did not start' : null;
    this.#cpuAtBeatMs ??= thread?.cpuMs ?? null;
    if (this.#silentMs >= SILENCE_MS) return `it was silent for ${Math.round(this.#silentMs)} ms`;
    if (thread === null || this.#cpuAtBeatMs === null) return null;
    const busyMs = thread.cpuMs - this.#cpuAtBeatMs;
    const hangs = this.#silentMs >= HANG_MS && busyMs >= HANG_MS - 2 * MOST_PER_LOOK_MS;
    return hangs ? `its event loop hung for ${Math.round(this.#silentMs)} ms` : null;
  }
}

/** Of the main thread of this process; null where the system does not tell. */
export function readMainThread(pid: number): ThreadState | null {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields follow its end: state, …, utime (12th), stime (13th).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuMs: (ticks * 1000) / TICKS_PER_SECOND, isStopped: fields[0] === 'T' || fields[0] === 't' };
  } catch {
    return null;
  }
}

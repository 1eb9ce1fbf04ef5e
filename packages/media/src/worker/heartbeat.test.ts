import { describe, expect, it } from 'vitest';
import { Heartbeat, readMainThread, type ThreadState, WATCH_EVERY_MS } from './heartbeat.ts';

/** A worker under watch: `share` of the time that passes its main thread spends on the processor. */
class Watched {
  nowMs = 0;
  thread: ThreadState | null = { cpuMs: 0, isStopped: false };
  readonly heartbeat = new Heartbeat(0, () => this.thread);

  /** The first reason that is told while this time passes. */
  pass(durationMs: number, share: number, everyMs = WATCH_EVERY_MS): string | null {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; ) {
      this.nowMs += everyMs;
      if (this.thread !== null) this.thread = { ...this.thread, cpuMs: this.thread.cpuMs + everyMs * share };
      const reason = this.heartbeat.look(this.nowMs);
      if (reason !== null) return reason;
    }
    return null;
  }
}

function readyWorker(): Watched {
  const watched = new Watched();
  watched.heartbeat.ready();
  return watched;
}

describe('Heartbeat', () => {
  it('tells of a worker that works on and on without a beat, after about two seconds', () => {
    const watched = readyWorker();
    expect(watched.pass(10_000, 1)).toMatch(/hung/);
    expect(watched.nowMs).toBeGreaterThanOrEqual(2000);
    expect(watched.nowMs).toBeLessThanOrEqual(2500);
  });

  it('waits for one that does not get the processor', () => {
    expect(readyWorker().pass(8000, 0.1)).toBeNull();
  });

  it('gives up one that waits for ever', () => {
    const watched = readyWorker();
    expect(watched.pass(20_000, 0)).toMatch(/silent/);
    expect(watched.nowMs).toBeGreaterThanOrEqual(10_000);
  });

  it('begins anew with each beat', () => {
    const watched = readyWorker();
    for (let beat = 0; beat < 20; beat += 1) {
      expect(watched.pass(1750, 1)).toBeNull();
      watched.heartbeat.beat();
    }
  });

  it('lets a worker take its time to start, but not for ever', () => {
    const watched = new Watched();
    expect(watched.pass(100_000, 1)).toBeNull();
    expect(watched.pass(100_000, 1)).toMatch(/start/);
  });

  it('counts no time in which the watcher slept', () => {
    const watched = readyWorker();
    expect(watched.pass(3_600_000, 0, 3_600_000)).toBeNull();
    expect(watched.pass(1000, 1)).toBeNull();
  });

  it('counts no time in which the worker is stopped', () => {
    const watched = readyWorker();
    watched.thread = { cpuMs: 0, isStopped: true };
    expect(watched.pass(60_000, 0)).toBeNull();
  });

  it('falls back on the long limit where the system does not tell what a thread uses', () => {
    const watched = readyWorker();
    watched.thread = null;
    expect(watched.pass(9000, 1)).toBeNull();
    expect(watched.pass(2000, 1)).toMatch(/silent/);
  });
});

describe.runIf(process.platform === 'linux')('readMainThread', () => {
  it('reads what this process has used', () => {
    const before = readMainThread(process.pid);
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs) Math.sqrt(untilMs);
    const after = readMainThread(process.pid);
    expect(after?.isStopped).toBe(false);
    expect(after?.cpuMs ?? 0).toBeGreaterThan(before?.cpuMs ?? 0);
  });

  it('knows nothing of a process that is not there', () => {
    expect(readMainThread(2 ** 30)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { ManualClock } from '../core/manual-clock.ts';
import { AudioOut } from './audio-out.ts';

const LEVEL = 8_000;

function level(durationMs: number, value = LEVEL): Int16Array {
  return new Int16Array(durationMs * 24).fill(value);
}

type Log = {
  started: [string, number][];
  finished: [string, number][];
  frames: (Int16Array | null)[];
  times: number[];
};

function build(maxBufferedMs = 60_000) {
  const clock = new ManualClock();
  const log: Log = { started: [], finished: [], frames: [], times: [] };
  const sentAtMs: number[] = [];
  const audioOut = new AudioOut({
    clock,
    maxBufferedMs,
    onFrame: (pcm, mediaTimeMs) => {
      log.frames.push(pcm);
      log.times.push(mediaTimeMs);
      sentAtMs.push(clock.nowMs());
    },
    onTurnStarted: (turnId, mediaTimeMs) => log.started.push([turnId, mediaTimeMs]),
    onTurnFinished: (turnId, playedMs) => log.finished.push([turnId, playedMs]),
  });
  return { clock, log, sentAtMs, audioOut };
}

/** All frames one after the other, silence as zeros. */
function sound(log: Log): Int16Array {
  const whole = new Int16Array(log.frames.length * 960);
  for (const [index, frame] of log.frames.entries()) if (frame !== null) whole.set(frame, index * 960);
  return whole;
}

function largestStep(pcm: Int16Array): number {
  let largest = 0;
  for (let n = 1; n < pcm.length; n++) largest = Math.max(largest, Math.abs(pcm[n]! - pcm[n - 1]!));
  return largest;
}

describe('pacing', () => {
  it('sends a frame of silence every 20 ms from the start on, for an hour without drift', () => {
    const { clock, log, sentAtMs, audioOut } = build();
    audioOut.start();
    expect(log.frames).toEqual([null]);
    clock.advance(3_600_000 - 1);
    expect(log.frames.length).toBe(180_000);
    expect(log.times.at(-1)).toBe(3_599_980);
    expect(sentAtMs.at(-1)).toBe(3_599_980);
    expect(audioOut.mediaTimeMs()).toBe(3_600_000);
    expect(audioOut.counters).toMatchObject({ silentFrames: 180_000, stalls: 0 });
  });

  it('sends what a late timer missed at once and keeps the beat', () => {
    const { clock, log, sentAtMs, audioOut } = build();
    audioOut.start();
    clock.advance(100);
    expect(log.frames.length).toBe(6);
    clock.stall(170);
    clock.advance(0);
    expect(log.frames.length).toBe(14);
    expect(log.times).toEqual(Array.from({ length: 14 }, (_, k) => 20 * k));
    clock.advance(10);
    expect(log.frames.length).toBe(15);
    expect(sentAtMs.at(-1)).toBe(280);
    expect(audioOut.counters.stalls).toBe(0);
  });

  it('gives up the missed frames of a stall of one second, counts it, and goes on without a hole in media time', () => {
    const { clock, log, audioOut } = build();
    audioOut.start();
    clock.advance(100);
    clock.stall(1_000);
    clock.advance(0);
    expect(log.frames.length).toBe(7);
    clock.advance(100);
    expect(log.frames.length).toBe(12);
    expect(log.times).toEqual(Array.from({ length: 12 }, (_, k) => 20 * k));
    expect(audioOut.counters.stalls).toBe(1);
    expect(audioOut.counters.stalledMs).toBe(980);
  });

  it('stops for good when closed, also from inside a callback', () => {
    const { clock, audioOut, log } = build();
    audioOut.start();
    clock.advance(40);
    audioOut.close();
    audioOut.close();
    audioOut.start();
    audioOut.enqueue('a', level(100));
    audioOut.finish('a');
    clock.advance(1_000);
    expect(log.frames.length).toBe(3);
    expect(clock.pendingTimers).toBe(0);
    expect(audioOut.flush()).toBeNull();

    const inner = build();
    const closing = new AudioOut({
      clock: inner.clock,
      maxBufferedMs: 1_000,
      onFrame: () => closing.close(),
      onTurnStarted: () => {},
      onTurnFinished: () => expect.unreachable(),
    });
    closing.enqueue('a', level(10));
    closing.finish('a');
    closing.start();
    expect(inner.clock.pendingTimers).toBe(0);
    expect(closing.counters.framesSent).toBe(1);
  });
});

describe('turns', () => {
  it('plays a turn with a 10 ms fade-in, tells its start and its end, and where the playhead is', () => {
    const { clock, log, audioOut } = build();
    audioOut.start();
    clock.advance(50);
    audioOut.enqueue('a', level(100));
    audioOut.finish('a');
    clock.advance(200);
    expect(log.started).toEqual([['a', 60]]);
    expect(log.finished).toEqual([['a', 100]]);
    const pcm = sound(log);
    expect(pcm.subarray(0, 60 * 48).every((sample) => sample === 0)).toBe(true);
    expect(pcm[60 * 48 + 240]).toBeCloseTo(LEVEL / 2, -2);
    expect(pcm[60 * 48 + 480]).toBe(LEVEL);
    expect(pcm[159 * 48]).toBe(LEVEL);
    expect(audioOut.playhead(59)).toBeNull();
    expect(audioOut.playhead(60)).toEqual({ turnId: 'a', positionMs: 0 });
    expect(audioOut.playhead(131.5)).toEqual({ turnId: 'a', positionMs: 71.5 });
    expect(audioOut.playhead(160)).toBeNull();
  });

  it('knows the playhead of the frames to come while there is sound for them', () => {
    const { clock, audioOut } = build();
    audioOut.enqueue('a', level(100));
    audioOut.start();
    clock.advance(20);
    expect(audioOut.mediaTimeMs()).toBe(40);
    expect(audioOut.playhead(70)?.positionMs).toBeCloseTo(70, 5);
    expect(audioOut.playhead(101)).toBeNull();
  });

  it('plays two turns back to back, the second from the sample after the first', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(50));
    audioOut.enqueue('b', level(50, -LEVEL));
    audioOut.finish('b');
    audioOut.finish('a');
    audioOut.start();
    clock.advance(200);
    expect(log.started).toEqual([
      ['a', 0],
      ['b', 50],
    ]);
    expect(log.finished).toEqual([
      ['a', 50],
      ['b', 50],
    ]);
    const pcm = sound(log);
    expect(pcm[49 * 48]).toBe(LEVEL);
    expect(pcm[50 * 48 + 480]).toBe(-LEVEL);
    expect(audioOut.playhead(49.9)?.turnId).toBe('a');
    expect(audioOut.playhead(50)).toEqual({ turnId: 'b', positionMs: 0 });
  });

  it('keeps turns in order while the first is still being made', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(40));
    audioOut.enqueue('b', level(40));
    audioOut.finish('b');
    audioOut.start();
    clock.advance(300);
    expect(log.started.map(([turnId]) => turnId)).toEqual(['a']);
    audioOut.finish('a');
    clock.advance(100);
    expect(log.finished.map(([turnId]) => turnId)).toEqual(['a', 'b']);
  });

  it('finishes a turn without sound in its order with nothing played', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(30));
    audioOut.finish('b');
    audioOut.start();
    clock.advance(100);
    expect(log.finished).toEqual([]);
    audioOut.finish('a');
    clock.advance(20);
    expect(log.finished).toEqual([
      ['a', 30],
      ['b', 0],
    ]);
    expect(log.started.map(([turnId]) => turnId)).toEqual(['a']);
    audioOut.finish('b');
    clock.advance(100);
    expect(log.finished.length).toBe(2);
  });

  it('counts every sample of odd lengths once', () => {
    const { clock, log, audioOut } = build();
    let samples = 0;
    for (const size of [1, 2, 479, 481, 7, 960, 0, 3]) {
      audioOut.enqueue('a', new Int16Array(size).fill(LEVEL));
      samples += size;
    }
    audioOut.finish('a');
    audioOut.start();
    clock.advance(500);
    expect(log.finished[0]![1]).toBeCloseTo(samples / 24, 6);
  });
});

describe('a slow supply', () => {
  it('keeps the place in the turn, rests in between, and goes on with a fade', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(60));
    audioOut.start();
    clock.advance(195);
    expect(audioOut.counters.underruns).toBe(1);
    expect(audioOut.playhead(120)).toBeNull();
    audioOut.enqueue('a', level(20));
    clock.advance(40);
    expect(audioOut.playhead(220)).toBeNull();
    audioOut.enqueue('a', level(80));
    clock.advance(20);
    const resumedAtMs = 240;
    const resumed = audioOut.playhead(resumedAtMs);
    expect(resumed?.positionMs).toBeGreaterThan(58);
    expect(resumed?.positionMs).toBeLessThanOrEqual(60);
    audioOut.finish('a');
    clock.advance(300);
    expect(log.finished).toEqual([['a', 160]]);
    expect(log.started).toEqual([['a', 0]]);
    expect(audioOut.counters.underruns).toBe(1);
    expect(largestStep(sound(log).subarray(0, 335 * 48))).toBeLessThan(LEVEL / 30);
  });

  it('sends the short rest of a turn that ends while dry', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(40));
    audioOut.start();
    clock.advance(100);
    audioOut.enqueue('a', level(10));
    audioOut.finish('a');
    clock.advance(60);
    expect(log.finished).toEqual([['a', 50]]);
  });
});

describe('interruption', () => {
  it('fades out within 10 ms of the next frame, is silent from there on, and tells what was heard', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(1_000));
    audioOut.enqueue('b', level(1_000));
    audioOut.start();
    clock.advance(90);
    expect(audioOut.flush()).toEqual({ turnId: 'a', playedMs: 110 });
    expect(audioOut.bufferedMs()).toBe(0);
    expect(audioOut.playhead(101)).toBeNull();
    clock.advance(500);
    const pcm = sound(log);
    expect(pcm[100 * 48 - 1]).toBe(LEVEL);
    expect(pcm[100 * 48 + 240]).toBeCloseTo(LEVEL / 2, -2);
    expect(pcm.subarray(110 * 48 - 1).every((sample) => sample === 0)).toBe(true);
    expect(largestStep(pcm)).toBeLessThan(LEVEL / 50);
    expect(log.frames.slice(6).every((frame) => frame === null)).toBe(true);
    expect(log.finished).toEqual([]);
    expect(audioOut.playhead(105)).toEqual({ turnId: 'a', positionMs: 105 });
    expect(audioOut.playhead(110)).toBeNull();
    expect(audioOut.flush()).toBeNull();
  });

  it('plays a new turn right after the fade', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(1_000));
    audioOut.start();
    clock.advance(90);
    audioOut.flush();
    audioOut.enqueue('c', level(100));
    audioOut.finish('c');
    clock.advance(300);
    expect(log.started.at(-1)).toEqual(['c', 110]);
    expect(log.finished).toEqual([['c', 100]]);
    expect(largestStep(sound(log).subarray(0, 205 * 48))).toBeLessThan(LEVEL / 50);
  });

  it('ignores and counts sound that still comes for a dropped or finished turn', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(100));
    audioOut.enqueue('b', level(100));
    audioOut.start();
    audioOut.flush();
    audioOut.enqueue('a', level(100));
    audioOut.enqueue('b', level(50));
    audioOut.finish('a');
    clock.advance(500);
    expect(log.finished).toEqual([]);
    expect(audioOut.counters.lateMs).toBe(150);
  });

  it('before any sound was sent reports the turn in line with nothing played', () => {
    const { clock, log, audioOut } = build();
    audioOut.start();
    audioOut.enqueue('a', level(100));
    expect(audioOut.flush()).toEqual({ turnId: 'a', playedMs: 0 });
    clock.advance(100);
    expect(log.frames.every((frame) => frame === null)).toBe(true);
  });
});

describe('the bound', () => {
  it('refuses sound beyond it, counts it, and keeps the place of what follows', () => {
    const { clock, log, audioOut } = build(100);
    audioOut.enqueue('a', level(150));
    expect(audioOut.bufferedMs()).toBe(100);
    expect(audioOut.counters.droppedMs).toBe(50);
    audioOut.start();
    clock.advance(60);
    audioOut.enqueue('a', level(60));
    audioOut.finish('a');
    clock.advance(60);
    expect(audioOut.playhead(99)?.positionMs).toBeCloseTo(99, 1);
    expect(audioOut.playhead(120)?.positionMs).toBeCloseTo(170, 1);
    clock.advance(100);
    expect(log.finished).toEqual([['a', 160]]);
  });
});

describe('holding', () => {
  it('fades out, keeps what waits, and goes on with the very next sample', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(400));
    audioOut.finish('a');
    audioOut.start();
    clock.advance(90);
    expect(audioOut.hold()).toEqual({ turnId: 'a', playedMs: 110 });
    expect(audioOut.playhead(130)).toBeNull();
    clock.advance(500);
    expect(log.finished).toEqual([]);
    expect(
      sound(log)
        .subarray(110 * 48 - 1)
        .every((sample) => sample === 0),
    ).toBe(true);
    const mediaTimeMs = audioOut.mediaTimeMs();
    audioOut.resume();
    expect(audioOut.playhead(mediaTimeMs)).toEqual({ turnId: 'a', positionMs: 110 });
    clock.advance(500);
    expect(log.started).toHaveLength(1);
    expect(log.finished).toEqual([['a', 400]]);
    const endMs = mediaTimeMs + 400 - 110;
    expect(largestStep(sound(log).subarray(0, (endMs - 5) * 48))).toBeLessThan(LEVEL / 50);
  });

  it('that ends in an interruption has played what it had when it fell silent', () => {
    const { clock, audioOut } = build();
    audioOut.enqueue('a', level(400));
    audioOut.start();
    clock.advance(90);
    audioOut.hold();
    clock.advance(200);
    expect(audioOut.flush()).toEqual({ turnId: 'a', playedMs: 110 });
    expect(audioOut.hold()).toBeNull();
  });

  it('drops what is not kept, on either side', () => {
    const { clock, log, audioOut } = build();
    audioOut.enqueue('a', level(200));
    audioOut.enqueue('b', level(200));
    audioOut.finish('a');
    audioOut.finish('b');
    audioOut.start();
    clock.advance(90);
    audioOut.hold();
    expect(audioOut.flush(['a'])).toEqual({ turnId: 'b', playedMs: 0 });
    clock.advance(500);
    expect(log.finished).toEqual([['a', 200]]);
    audioOut.enqueue('c', level(200));
    audioOut.enqueue('d', level(200));
    audioOut.finish('d');
    clock.advance(100);
    audioOut.hold();
    expect(audioOut.flush(['d'])).toMatchObject({ turnId: 'c' });
    clock.advance(500);
    expect(log.finished.at(-1)).toEqual(['d', 200]);
  });
});

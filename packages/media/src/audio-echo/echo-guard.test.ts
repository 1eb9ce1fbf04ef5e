import { expect, it } from 'vitest';
import { silentLogger } from '../core/logger.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { CANCELLER_DELAY_SAMPLES, type EchoCanceller } from './echo-canceller.ts';
import { EchoGuard } from './echo-guard.ts';
import { EchoLevel } from './echo-level.ts';
import { EchoPresence } from './echo-presence.ts';
import { StreamClock } from './stream-clock.ts';

const NOTHING = Number.NEGATIVE_INFINITY;

function tone(length: number, amplitude: number): Int16Array {
  return Int16Array.from({ length }, (_, k) => Math.round(amplitude * Math.sin(k / 9)));
}

/** A guard whose canceller is a note of what it was given. */
function createGuard(
  process: EchoCanceller['process'] | null = () => {},
  silencesRest = false,
  reopen: () => EchoCanceller | null = () => null,
) {
  const clock = new ManualClock();
  const heard: { pcm: Int16Array; echoDb: number }[] = [];
  const cancellers = [process === null ? null : { process, close() {} }];
  const openCanceller = () => (cancellers.length > 0 ? (cancellers.pop() ?? null) : reopen());
  const onSound = (pcm: Int16Array, echoDb: number) => void heard.push({ pcm, echoDb });
  const guard = new EchoGuard({ clock, logger: silentLogger, silencesRest, openCanceller, onSound });
  let mediaTimeMs = 0;
  const step = (played: Int16Array | null, microphone: Int16Array): void => {
    guard.addPlayed(played, mediaTimeMs);
    clock.advance(20);
    mediaTimeMs += 20;
    guard.push(microphone);
  };
  const samples = () => heard.flatMap(({ pcm }) => [...pcm]);
  return { clock, guard, heard, samples, step };
}

it('passes what comes while nothing plays, sample by sample, 12 ms later', () => {
  const { guard, heard, samples, step } = createGuard(() => expect.unreachable());
  const sound = tone(4800, 9000);
  for (let at = 0; at < sound.length; at += 480) step(null, sound.subarray(at, at + 480));
  guard.flush();
  expect(samples()).toEqual([...new Array(CANCELLER_DELAY_SAMPLES).fill(0), ...sound]);
  expect(heard.every(({ echoDb }) => echoDb === NOTHING)).toBe(true);
});

it('leaves the microphone to users without an echo, while something plays too', () => {
  const { guard, samples, step } = createGuard();
  const sound = tone(24_000, 5000);
  for (let at = 0; at < sound.length; at += 480) step(tone(960, 8000), sound.subarray(at, at + 480));
  guard.flush();
  expect(samples().slice(CANCELLER_DELAY_SAMPLES)).toEqual([...sound]);
});

it('shows the canceller what was played when the microphone heard it, though chunks come late and in jerks', () => {
  const references: number[] = [];
  const { clock, guard } = createGuard((played) => void references.push(...played));
  const played = Int16Array.from({ length: 48_000 }, (_, k) => (k % 30_000) + 1);
  for (let frame = 0; frame < 50; frame++) {
    guard.addPlayed(played.subarray(frame * 960, frame * 960 + 960), frame * 20);
    clock.advance(20);
    // 100 ms at a time, every other one late by 15 ms.
    if (frame % 5 === 4) {
      if (frame % 10 === 4) clock.stall(15);
      guard.push(new Int16Array(2400));
      if (frame % 10 === 4) clock.stall(-15);
    }
  }
  // The first chunk came late and set the clock; from the next one on the two are in step.
  const from = references.length - 24_000;
  expect(references.slice(from)).toEqual([...played.subarray(24_000, 48_000)]);
});

it('gives the cleaned sound on where there is an echo, and tells the level of its rest', () => {
  const { heard, step } = createGuard((_played, microphone) => microphone.fill(20));
  for (let k = 0; k < 100; k++) step(tone(960, 8000), tone(480, 3000));
  expect(Math.max(...(heard.at(-1)?.pcm ?? [0]))).toBe(20);
  expect(heard.at(-1)?.echoDb).toBeGreaterThan(-60);
  const deaf = createGuard((_played, microphone) => microphone.fill(20), true);
  for (let k = 0; k < 100; k++) deaf.step(tone(960, 8000), tone(480, 3000));
  expect(Math.max(...(deaf.heard.at(-1)?.pcm ?? [1]))).toBe(0);
});

it('goes on by level when the canceller fails in mid-call', () => {
  const { heard, step } = createGuard(() => {
    throw new Error('The library is ill.');
  });
  for (let k = 0; k < 20; k++) step(tone(960, 8000), tone(480, 3000));
  expect(heard.length).toBe(20);
  expect(heard.at(-1)?.pcm.some((sample) => sample !== 0)).toBe(true);
  expect(heard.at(-1)?.echoDb).toBeGreaterThan(-40);
});

it('forgets what it learnt of a canceller that died, and takes another one in its place, but not for ever', () => {
  let failuresLeft = 0;
  let opened = 0;
  const clean = (_played: Int16Array, microphone: Int16Array) => {
    failuresLeft -= 1;
    if (failuresLeft >= 0) throw new Error('The library is ill.');
    microphone.fill(3);
  };
  const open = () => {
    opened += 1;
    return { process: clean, close() {} };
  };
  const { heard, guard, step } = createGuard(clean, false, open);
  for (let k = 0; k < 200; k++) step(tone(960, 8000), tone(480, 3000));
  const learnt = heard.at(-1)?.echoDb ?? 0;
  failuresLeft = 1;
  for (let k = 0; k < 2; k++) step(tone(960, 8000), tone(480, 3000));
  expect([opened, guard.failures]).toEqual([1, 1]);
  expect(Math.max(...(heard.at(-1)?.pcm ?? []))).toBe(3);
  failuresLeft = 99;
  for (let k = 0; k < 20; k++) step(tone(960, 8000), tone(480, 3000));
  expect([opened, guard.failures]).toEqual([3, 4]);
  // Without any, all of the echo is reckoned with at once.
  expect(heard.at(-1)?.echoDb).toBeGreaterThan(learnt + 20);
});

it('stops reckoning with an echo after its tail', () => {
  const { heard, step } = createGuard();
  for (let k = 0; k < 20; k++) step(tone(960, 8000), new Int16Array(480));
  for (let k = 0; k < 62; k++) step(null, new Int16Array(480));
  expect(heard.at(-1)?.echoDb).toBe(NOTHING);
});

it('learns how much of what is played comes back, but not from the user', () => {
  const level = new EchoLevel(false);
  const played = 10 ** -2;
  const before = level.boundDb(played);
  for (let k = 0; k < 3000; k++) level.update(10 ** -6, played);
  const learnt = level.boundDb(played);
  expect(learnt).toBeLessThan(before - 20);
  for (let k = 0; k < 30; k++) level.update(10 ** -2.4, played);
  level.setUserSpeaking(true);
  for (let k = 0; k < 300; k++) level.update(10 ** -2.4, played);
  expect(level.boundDb(played)).toBeCloseTo(learnt, 0);
  expect(level.boundDb(0)).toBe(NOTHING);
});

it('knows an echo by what the canceller takes, and that it has gone', () => {
  const presence = new EchoPresence();
  for (let k = 0; k < 100; k++) presence.update(1e-4, 1e-6);
  expect(presence.isPresent).toBe(true);
  for (let k = 0; k < 100; k++) presence.update(1e-7, 1e-9);
  expect(presence.isPresent).toBe(true);
  for (let k = 0; k < 500; k++) presence.update(1e-4, 0.7e-4);
  expect(presence.isPresent).toBe(false);
});

it('tells the time of a stream by its earliest arrivals, and follows pauses', () => {
  const stream = new StreamClock();
  for (let k = 1; k <= 50; k++) stream.observe(20 * k, 1000 + 20 * k + ((k + 2) % 3) * 7);
  expect(stream.offsetMs).toBeCloseTo(1000, -1);
  // A jam of a second and the burst after it change nothing.
  for (let k = 51; k <= 100; k++) stream.observe(20 * k, 1000 + 2000);
  expect(stream.offsetMs).toBeCloseTo(1000, -1);
  // A muted microphone sends nothing for a second: its stream is that much later from then on.
  for (let k = 101; k <= 150; k++) stream.observe(20 * k, 2000 + 20 * k);
  expect(stream.offsetMs).toBeCloseTo(2000, -1);
  stream.observe(3020, 60_000);
  expect(stream.offsetMs).toBe(56_980);
});

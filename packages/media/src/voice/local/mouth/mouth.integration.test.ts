import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../core/clock.ts';
import { silentLogger } from '../../../core/logger.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import { MAX_WAITING_CLAUSES, Mouth } from './mouth.ts';
import type { MouthRequest } from './mouth-messages.ts';
import { VOICE_PROFILES } from './voice-profiles.ts';

const WORKER = new URL('./fake-mouth-worker.fixture.ts', import.meta.url);
const never = new AbortController().signal;

function ask(text: string): MouthRequest {
  return { text, voice: 'ash', profile: VOICE_PROFILES.ash, language: 'en', pauses: { leadMs: 10, trailMs: 50 } };
}

it('replaces a worker that dies and goes on with what waits', async () => {
  const mouth = new Mouth({ logger: silentLogger, clock: systemClock, workerUrl: WORKER });
  onTestFinished(() => mouth.close());
  const doomed = mouth.speak(ask('die'), never);
  const waiting = mouth.speak(ask('four'), never);
  await expect(doomed).rejects.toThrow('lost');
  expect((await waiting).pcm.length).toBe(4);
});

it('replaces a worker that hangs', async () => {
  const clock = new ManualClock();
  const mouth = new Mouth({ logger: silentLogger, clock, workerUrl: WORKER });
  onTestFinished(() => mouth.close());
  await mouth.speak(ask('warm'), never);
  const stuck = mouth.speak(ask('hang'), never);
  clock.advance(20_000);
  await expect(stuck).rejects.toThrow('lost');
  expect((await mouth.speak(ask('again'), never)).pcm.length).toBe(5);
});

it('passes failures on, withdraws aborted requests and bounds the queue', async () => {
  const mouth = new Mouth({ logger: silentLogger, clock: systemClock, workerUrl: WORKER });
  onTestFinished(() => mouth.close());
  await expect(mouth.speak(ask('fail'), never)).rejects.toThrow('cannot');
  const aborter = new AbortController();
  const aborted = mouth.speak(ask('hello'), aborter.signal);
  aborter.abort();
  await expect(aborted).rejects.toThrow('Cancelled');
  const clauses = Array.from({ length: MAX_WAITING_CLAUSES + 8 }, () => mouth.speak(ask('hello'), never));
  const outcomes = await Promise.allSettled(clauses);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(9);
});

it('rejects everything once closed', async () => {
  const mouth = new Mouth({ logger: silentLogger, clock: systemClock, workerUrl: WORKER });
  const pending = mouth.speak(ask('hello'), never);
  const rejected = expect(pending).rejects.toThrow('closed');
  await mouth.close();
  await rejected;
  await expect(mouth.speak(ask('hello'), never)).rejects.toThrow('closed');
  await mouth.close();
});

import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { type Logger, silentLogger } from './core/logger.ts';
import { ManualClock } from './core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION } from './core/voice-port.ts';
import type { SpeechModel } from './turn-detection/speech-model.ts';
import { UserPipeline, type UserPipelineEvent } from './user-pipeline.ts';

/** Takes everything for speech. */
const gullible: SpeechModel = { createStream: () => ({ probability: async () => 0.95, reset() {} }) };
const CHUNK_MS = 40;
const chunkOf = (level: number) =>
  new Uint8Array(Int16Array.from({ length: 960 }, (_, n) => Math.round(level * Math.sin(n / 15))).buffer);
/** Loud and soft in turns, as syllables are; a steady tone would be a noise of the room. */
const SYLLABLES = [8000, 8000, 4000, 500, 200, 3000].map(chunkOf);

function build(voiceDetectsTurns: boolean, logger: Logger = silentLogger) {
  const clock = new ManualClock();
  const events: UserPipelineEvent[] = [];
  const pipeline = new UserPipeline({
    turnEndModel: null,
    clock,
    logger,
    speechModel: gullible,
    turnDetection: { ...DEFAULT_TURN_DETECTION, silenceDurationMs: 600 },
    voiceDetectsTurns,
    isToBeSaid: false,
    openCanceller: () => null,
    onMicrophone() {},
    listener(event) {
      events.push(event);
      if (event.type === 'speech-started') pipeline.setTurnOpen(true);
      if (event.type === 'speech-stopped') pipeline.setTurnOpen(false);
    },
  });
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await nextEventLoopTurn();
  };
  const wait = async (durationMs: number) => {
    clock.advance(durationMs);
    await settle();
  };
  const speak = async (durationMs: number) => {
    for (let timeMs = 0; timeMs < durationMs; timeMs += CHUNK_MS) {
      pipeline.push(SYLLABLES[(timeMs / CHUNK_MS) % SYLLABLES.length] as Uint8Array);
      await wait(CHUNK_MS);
    }
  };
  const marks = () => events.filter(({ type }) => type !== 'user-audio').map(({ type }) => type);
  const silenceMs = () =>
    events.reduce((sum, event) => {
      const isSilence = event.type === 'user-audio' && event.pcm.every((sample) => sample === 0);
      return isSilence ? sum + event.pcm.length / 24 : sum;
    }, 0);
  const heardMs = () =>
    events.reduce((sum, event) => sum + (event.type === 'user-audio' ? event.pcm.length / 24 : 0), 0);
  return { pipeline, wait, speak, marks, silenceMs, heardMs };
}

it('a turn whose sound stops in mid-word ends after the silence time and a second', async () => {
  const { pipeline, wait, speak, marks } = build(false);
  await speak(2000);
  expect(marks()).toEqual(['speech-started']);
  await wait(1500);
  expect(marks()).toEqual(['speech-started']);
  await wait(100);
  expect(marks()).toEqual(['speech-started', 'speech-stopped']);
  await wait(20_000);
  expect(marks()).toHaveLength(2);
  await speak(2000);
  expect(marks()).toEqual(['speech-started', 'speech-stopped', 'speech-started']);
  pipeline.close();
});

it('sound that stalls for a shorter time than that goes on being the same turn', async () => {
  const { pipeline, wait, speak, marks } = build(false);
  for (let round = 0; round < 4; round += 1) {
    await speak(1000);
    await wait(1400);
  }
  expect(marks()).toEqual(['speech-started']);
  pipeline.close();
});

it('a voice that detects turns hears the silence that did not come, and has the turn ended for it if that does not help', async () => {
  const { pipeline, wait, speak, marks, silenceMs } = build(true);
  await speak(1000);
  pipeline.setTurnOpen(true);
  await speak(1000);
  await wait(1500);
  expect(silenceMs()).toBe(0);
  await wait(100);
  expect(silenceMs()).toBe(1100);
  expect(marks()).toEqual([]);
  await wait(1600);
  expect(marks()).toEqual(['speech-stopped']);
  expect(silenceMs()).toBe(1100);
  pipeline.close();
});

it('without an open turn nothing is waited for', async () => {
  const { pipeline, wait, speak, silenceMs } = build(true);
  await speak(1000);
  await wait(10_000);
  expect(silenceMs()).toBe(0);
  pipeline.close();
});

it('a microphone that a page has opened twice is heard once, which the log says once', async () => {
  const logger = { ...silentLogger, warn: vi.fn() };
  const { pipeline, wait, heardMs } = build(true, logger);
  let seed = 1;
  const sound = Int16Array.from({ length: 300_000 }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed % 16_000) - 8000;
  });
  const push = (from: number) => pipeline.push(new Uint8Array(sound.slice(from, from + 1536).buffer));
  for (let from = 1536; from < 240_000; from += 1536) {
    push(from);
    await wait(30);
    push(from + 700);
    await wait(34);
  }
  // Ten seconds, the first two of them twice.
  expect(heardMs()).toBeGreaterThan(9_500);
  expect(heardMs()).toBeLessThan(13_000);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  pipeline.close();
});

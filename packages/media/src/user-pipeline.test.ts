import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { silentLogger } from './core/logger.ts';
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

function build(voiceDetectsTurns: boolean) {
  const clock = new ManualClock();
  const events: UserPipelineEvent[] = [];
  const pipeline = new UserPipeline({
    clock,
    logger: silentLogger,
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
  return { pipeline, wait, speak, marks, silenceMs };
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

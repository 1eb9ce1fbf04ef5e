import { existsSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { PROMPT_FOLDER, promptSamples, testModel } from '../testing/test-models.ts';
import { TurnEndThread } from './turn-end-thread.ts';

const modelPath = testModel('smart-turn-v3.2', 'smart-turn-v3.2-cpu.onnx');
const canRun = modelPath !== null && existsSync(PROMPT_FOLDER);

/** Somebody falls silent after this much of a recorded prompt. */
async function cutAfter(name: string, seconds: number | null): Promise<Float32Array> {
  const speech = await promptSamples(name);
  const heard = seconds === null ? speech : speech.subarray(0, seconds * 16_000);
  const sound = new Float32Array(heard.length + 2400);
  sound.set(heard);
  return sound;
}

it.skipIf(!canRun)('tells finished sentences from ones that break off, with real weights', async () => {
  const thread = new TurnEndThread({ logger: silentLogger, clock: systemClock, modelPath: modelPath ?? '' });
  onTestFinished(() => thread.close());
  const judge = async (name: string, seconds: number | null): Promise<number> =>
    thread.probability(await cutAfter(name, seconds));
  for (const name of ['cannot-complete-as-dialed', 'check-number-dial-again', 'agent-loginok']) {
    expect([name, await judge(name, null)]).toEqual([name, expect.toSatisfy((value: number) => value > 0.5)]);
  }
  // “Please press one to mute or unmute yourself, two to …”, “Binaural …”
  expect(await judge('conf-adminmenu-162', 4.2)).toBeLessThan(0.5);
  expect(await judge('confbridge-binaural-on', 0.65)).toBeLessThan(0.5);
});

it('fails in a sentence when the file is no model', async () => {
  const thread = new TurnEndThread({ logger: silentLogger, clock: systemClock, modelPath: import.meta.filename });
  onTestFinished(() => thread.close());
  await expect(thread.probability(new Float32Array(16_000))).rejects.toThrow('model of turn ends');
});

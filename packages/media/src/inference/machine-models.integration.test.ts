import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { PROMPT_FOLDER, promptSamples, testModel } from '../testing/test-models.ts';
import { MachineModels, type ModelPlaces } from './machine-models.ts';

const hasPrompts = existsSync(PROMPT_FOLDER);
const turnEnd = testModel('smart-turn-v3.2', 'smart-turn-v3.2-cpu.onnx');
const whispers = ['whisper-tiny.en', 'whisper-base'].map((name) => ({ name, path: testModel(name, 'model.bin') }));

function open(places: ModelPlaces): MachineModels {
  const models = new MachineModels({ places, logger: silentLogger, clock: systemClock });
  onTestFinished(() => models.close());
  return models;
}

/** Somebody falls silent after this much of a recorded prompt. */
async function cutAfter(name: string, seconds: number | null): Promise<Float32Array> {
  const speech = await promptSamples(name);
  const heard = seconds === null ? speech : speech.subarray(0, seconds * 16_000);
  const sound = new Float32Array(heard.length + 2400);
  sound.set(heard);
  return sound;
}

it.skipIf(turnEnd === null || !hasPrompts)(
  'tells finished sentences from ones that break off, with real weights',
  async () => {
    const models = open({ turnEnd: turnEnd ?? '' });
    const judge = async (name: string, seconds: number | null): Promise<number> =>
      Number(await models.run({ kind: 'turn-end', samples16k: await cutAfter(name, seconds) }));
    for (const name of ['cannot-complete-as-dialed', 'check-number-dial-again', 'agent-loginok']) {
      expect([name, await judge(name, null)]).toEqual([name, expect.toSatisfy((value: number) => value > 0.7)]);
    }
    // “Please press one to mute or unmute yourself, two to …”, “Binaural …”
    expect(await judge('conf-adminmenu-162', 4.2)).toBeLessThan(0.5);
    expect(await judge('confbridge-binaural-on', 0.65)).toBeLessThan(0.5);
  },
);

it.skipIf(!hasPrompts).for(whispers)(
  'writes down recorded speech with the real weights of $name',
  async ({ name, path }, { skip }) => {
    if (path === null) return skip(`SKIPPED: ${name} is not in VISAVIS_TEST_MODELS.`);
    const models = open({ ears: { folder: dirname(path), name } });
    const words = async (samples16k: Float32Array): Promise<string> =>
      String(await models.run({ kind: 'words', samples16k, language: 'en' }));
    const plain = async (prompt: string): Promise<string> =>
      (await words(await promptSamples(prompt))).toLowerCase().replace(/[^a-z ]/g, '');
    expect(await plain('conf-getpin')).toBe('please enter the conference pin number');
    expect(await plain('transfer')).toBe('please hold while i try that extension');
    // Once, though the model likes to say it again.
    expect(await plain('cannot-complete-as-dialed')).toBe('your call cannot be completed as dialed');
    expect(await words(new Float32Array(100))).toBe('');
  },
);

it('fails in a sentence where a file is no model, and where there is none', async () => {
  const samples16k = new Float32Array(16_000);
  const models = open({ turnEnd: import.meta.filename });
  await expect(models.run({ kind: 'turn-end', samples16k })).rejects.toThrow('model of turn ends');
  await expect(models.run({ kind: 'words', samples16k, language: 'en' })).rejects.toThrow('no such model');
  const ears = open({ ears: { folder: import.meta.dirname, name: 'none' } });
  await expect(ears.run({ kind: 'words', samples16k, language: 'en' })).rejects.toThrow('recogniser');
});

it('a question that is withdrawn before its turn gives up its place', async () => {
  const request = { kind: 'turn-end', samples16k: new Float32Array(16_000) } as const;
  const models = open({ turnEnd: import.meta.filename });
  const aborter = new AbortController();
  const withdrawn = Array.from({ length: 64 }, () => models.run(request, aborter.signal));
  const refused = models.run(request);
  aborter.abort();
  const next = models.run(request);
  await expect(refused).rejects.toThrow('Too much waits');
  for (const question of withdrawn) await expect(question).rejects.toThrow('Cancelled');
  await expect(next).rejects.toThrow('does not start');
});

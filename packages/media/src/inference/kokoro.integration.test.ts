import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { testModel } from '../testing/test-models.ts';
import { writeToyKokoro } from '../testing/toy-kokoro.ts';
import { Kokoro } from './kokoro.ts';
import { MachineModels } from './machine-models.ts';

const real = testModel('kokoro-82m', 'onnx/model_quantized.onnx');
/** Louder than this is heard. */
const HEARD = 400;

async function toyFolder(options?: Parameters<typeof writeToyKokoro>[1]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-kokoro-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeToyKokoro(folder, options);
  return folder;
}

it('tells how long each symbol takes, though nobody asks the model for it', async () => {
  const kokoro = await Kokoro.open(await toyFolder());
  const { samples, durationsMs } = await kokoro.speak('həlˈO.', 'af_heart');
  expect(durationsMs).toEqual(Array(8).fill(50));
  expect(samples.length).toBe(8 * 1200);
  expect(Math.max(...samples)).toBeGreaterThan(10_000);
});

it('gives symbols that the model does not know no time, and nothing where there is nothing to say', async () => {
  const kokoro = await Kokoro.open(await toyFolder());
  expect((await kokoro.speak('h🙂i', 'af_heart')).durationsMs).toEqual([50, 50, 0, 50, 50]);
  expect(await kokoro.speak('🙂', 'af_heart')).toEqual({ samples: new Int16Array(0), durationsMs: [] });
});

it('speaks without times where the model does not know them', async () => {
  const kokoro = await Kokoro.open(await toyFolder({ isSilentOnTimes: true }));
  expect(await kokoro.speak('hi', 'af_heart')).toMatchObject({ durationsMs: null, samples: { length: 4 * 1200 } });
});

it('opens no file but that of a voice, and no voice of another length', async () => {
  const folder = await toyFolder();
  await writeFile(join(folder, 'ab_secret.bin'), new Uint8Array(510 * 256 * 4));
  const kokoro = await Kokoro.open(folder);
  for (const voice of [
    '../ab_secret',
    '..',
    '/etc/passwd',
    'af_heart\0',
    'af_heart/../../ab_secret',
    '',
    'af_nobody',
  ]) {
    await expect(kokoro.speak('hi', voice)).rejects.toThrow('no voice of this name');
  }
  await expect(kokoro.speak('hi', 'am_adam')).rejects.toThrow('am_adam is damaged');
});

it('refuses more than the model can say at once', async () => {
  const kokoro = await Kokoro.open(await toyFolder());
  await expect(kokoro.speak('a'.repeat(100_000), 'af_heart')).rejects.toThrow('cannot be spoken at once');
  expect((await kokoro.speak('a'.repeat(510), 'af_heart')).samples.length).toBe(512 * 1200);
});

it('answers in its thread, and fails in a sentence where the file is no model', async () => {
  const folder = await toyFolder();
  const open = (): MachineModels => {
    const models = new MachineModels({
      places: { mouth: { folder, name: 'toy' } },
      logger: silentLogger,
      clock: systemClock,
    });
    onTestFinished(() => models.close());
    return models;
  };
  const request = { kind: 'speech', symbols: 'hi', voice: 'af_heart' } as const;
  expect(await open().run(request)).toMatchObject({ durationsMs: [50, 50, 50, 50] });
  await writeFile(join(folder, 'onnx/model_quantized.onnx'), 'no model');
  await expect(open().run(request)).rejects.toThrow('neural mouth');
});

it.skipIf(real === null)(
  'is silent before the first and after the last phone that it tells of, with real weights',
  async () => {
    const kokoro = await Kokoro.open(dirname(dirname(real ?? '')));
    const { samples, durationsMs } = await kokoro.speak('bˈɑb pˈut mˈOɹ pˈAnt ˈɑn.', 'af_heart');
    const [before = 0, ...rest] = durationsMs ?? [];
    expect(rest).toHaveLength(26);
    expect(before + rest.reduce((sum, each) => sum + each, 0)).toBe(samples.length / 24);
    const firstHeardMs = samples.findIndex((sample) => Math.abs(sample) > HEARD) / 24;
    expect(Math.abs(firstHeardMs - before)).toBeLessThan(60);
  },
  120_000,
);

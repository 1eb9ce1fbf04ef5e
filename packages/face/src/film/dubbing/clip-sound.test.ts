import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { levelOf } from '../../testing/tones.ts';
import { ClipSound, channelsOfClip } from './clip-sound.ts';

const RATE_HZ = 48_000;
const TONE = 6000;
/** Front left and right, middle, bass, back left and right: what is heard of each. */
const SURROUND_HZ = [1000, 0, 2000, 0, 0, 3000];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clip-sound-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function toneAt(hz: number, index: number): number {
  return TONE * Math.sin((2 * Math.PI * hz * index) / RATE_HZ);
}

/** A WAV file of 5.1 channels (WAVE_FORMAT_EXTENSIBLE). */
function surroundFile(seconds: number): Buffer {
  const [count, channels] = [seconds * RATE_HZ, SURROUND_HZ.length];
  const file = Buffer.alloc(68 + 2 * channels * count);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(40, 16);
  for (const [i, value] of [0xfffe, channels].entries()) file.writeUInt16LE(value, 20 + 2 * i);
  file.writeUInt32LE(RATE_HZ, 24);
  file.writeUInt32LE(2 * channels * RATE_HZ, 28);
  for (const [i, value] of [2 * channels, 16, 22, 16].entries()) file.writeUInt16LE(value, 32 + 2 * i);
  file.writeUInt32LE(0x3f, 40);
  Buffer.from('0100000000001000800000aa00389b71', 'hex').copy(file, 44);
  file.write('data', 60, 'latin1');
  file.writeUInt32LE(file.length - 68, 64);
  for (let i = 0; i < count; i++) {
    for (const [channel, hz] of SURROUND_HZ.entries()) {
      file.writeInt16LE(Math.round(toneAt(hz, i)), 68 + 2 * (channels * i + channel));
    }
  }
  return file;
}

it('sound of six channels becomes left and right, each with what lies on its side and in the middle', async () => {
  const path = join(folder, 'surround.wav');
  await writeFile(path, surroundFile(1));
  expect(await channelsOfClip(path)).toBe(2);
  const sound = await ClipSound.open(path, { channels: 2 });
  const pcm = sound.take(RATE_HZ);
  sound.close();
  expect(pcm).toHaveLength(2 * RATE_HZ);
  const heard = [0, 1].map((channel) => {
    const own = pcm.filter((_, i) => i % 2 === channel);
    return [1000, 2000, 3000].map((hz) => levelOf(own, RATE_HZ, hz) > 0.1 * TONE);
  });
  expect(heard).toEqual([
    [true, true, false],
    [false, true, true],
  ]);
});

it('two channels begin anew together, and one channel stays one', async () => {
  const path = join(folder, 'mono.wav');
  await writeFile(path, wavFile([Int16Array.from({ length: RATE_HZ }, (_, i) => toneAt(500, i))], RATE_HZ));
  expect(await channelsOfClip(path)).toBe(1);
  const [one, both] = [
    await ClipSound.open(path, { periodMs: 300 }),
    await ClipSound.open(path, { periodMs: 300, channels: 2 }),
  ];
  const [mono, stereo] = [one.take(RATE_HZ), both.take(RATE_HZ)];
  one.close();
  both.close();
  expect(mono).toHaveLength(RATE_HZ);
  // 300 ms are 150 waves: the second time is the first one, but for its end.
  expect(Math.abs((mono[14_400 + 5000] ?? 0) - (mono[5000] ?? 0))).toBeLessThan(2);
  const left = stereo.filter((_, i) => i % 2 === 0);
  expect(left).toEqual(stereo.filter((_, i) => i % 2 === 1));
  const gain = (left[5000] ?? 0) / (mono[5000] ?? 1);
  expect(left.every((value, i) => Math.abs(value - gain * (mono[i] ?? 0)) < 3)).toBe(true);
});

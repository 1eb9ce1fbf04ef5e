import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SpeechSound } from './dubbing/speech-sound.ts';
import { decodeSpeech } from './read-speech.ts';

/** A second of a tone of 440 Hz. */
const SOUNDS = join(import.meta.dirname, '../testing/films');
const TONE_HZ = 440;

it.each([
  ['MP3', 'tone.mp3'],
  ['WAV', 'tone.wav'],
  ['M4A', 'tone.m4a'],
  ['Ogg with Vorbis', 'tone.ogg'],
  ['Opus', 'tone.opus'],
  ['FLAC', 'tone.flac'],
  ['AAC', 'tone.aac'],
  ['AMR', 'tone.amr'],
  ['the sound of an MP4', 'tone.mp4'],
  ['the sound of a WebM', 'tone.webm'],
  ['the sound of an MKV', 'tone.mkv'],
  ['the sound of an AVI', 'tone.avi'],
])('speech is heard in %s, whoever is to say it', async (_, name) => {
  const path = join(SOUNDS, name);
  const { pcm, sampleRateHz } = await decodeSpeech(await readFile(path));
  expect(pcm.length / sampleRateHz).toBeGreaterThan(0.95);
  expect(pcm.length / sampleRateHz).toBeLessThan(1.15);
  const middle = pcm.subarray(sampleRateHz * 0.4, sampleRateHz * 0.6);
  const rises = middle.filter((value, i) => value >= 0 && (middle[i - 1] ?? 0) < 0).length;
  expect(Math.abs(rises / 0.2 - TONE_HZ)).toBeLessThan(20);
  const sound = await SpeechSound.open(path);
  expect(sound.durationS).toBeCloseTo(pcm.length / sampleRateHz, 1);
  sound.close();
});

it('pauses of an AMR recording, which hold no speech, last as long as they do', async () => {
  const recorded = await readFile(join(SOUNDS, 'tone.amr'));
  const [begin, pause] = [Buffer.from('#!AMR\n'), Buffer.from('440102030405', 'hex')];
  const nothing = Buffer.from([0x7c]);
  const pauses = [...Array<Buffer>(20).fill(pause), ...Array<Buffer>(5).fill(nothing)];
  const { pcm, sampleRateHz } = await decodeSpeech(Buffer.concat([begin, ...pauses, recorded.subarray(6)]));
  const { pcm: alone } = await decodeSpeech(recorded);
  expect((pcm.length - alone.length) / sampleRateHz).toBeCloseTo(0.5, 2);
  expect(Math.max(...pcm.subarray(0, 0.48 * sampleRateHz))).toBe(0);
});

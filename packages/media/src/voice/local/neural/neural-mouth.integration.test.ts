import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../core/clock.ts';
import { silentLogger } from '../../../core/logger.ts';
import { Kokoro } from '../../../inference/kokoro.ts';
import { Whisper } from '../../../inference/whisper.ts';
import { testModel } from '../../../testing/test-models.ts';
import { to16k } from '../ears/model-ears.ts';
import { Mouth } from '../mouth/mouth.ts';
import { profileOf } from '../mouth/voice-profiles.ts';
import { NeuralMouth, type SpeechOf } from './neural-mouth.ts';
import { spreadOverSound } from './spread-over-sound.ts';

const never = new AbortController().signal;
const kokoro = testModel('kokoro-82m', 'onnx/model_quantized.onnx');
const whisper = testModel('whisper-base', 'model.bin');

function open(speechOf: SpeechOf): NeuralMouth {
  const mouth = new Mouth({ logger: silentLogger, clock: systemClock });
  onTestFinished(() => mouth.close());
  return new NeuralMouth({ pronounce: (...words) => mouth.pronounce(...words), speechOf });
}

function request(text: string, voice = 'marin') {
  return { text, voice, profile: profileOf(voice), language: 'en', pauses: { leadMs: 20, trailMs: 120 } };
}

/** 100 ms a symbol, of a hum. */
const humming: SpeechOf = async (symbols) => ({
  samples: Int16Array.from({ length: 2400 * ([...symbols].length + 2) }, (_, k) => 8000 * Math.sin(k / 20)),
  durationsMs: [100, ...[...symbols].map(() => 100), 100],
});

it('times phones by what the model tells, from the first sample of the clause', async () => {
  const { pcm, phones } = await open(humming).speak(request('Hello, Bob!'), never);
  expect(phones.map(({ symbol }) => symbol)).toEqual([
    'pau',
    'hh',
    'ax',
    'l',
    'ow',
    'pau',
    'pau',
    'b',
    'aa',
    'b',
    'pau',
    'pau',
  ]);
  expect(phones[0]).toMatchObject({ startMs: 0, endMs: 20 });
  expect(phones[1]).toMatchObject({ startMs: 20, endMs: 120 });
  expect(phones.at(-1)?.endMs).toBeCloseTo(pcm.length / 24);
});

it('spreads phones over what sounds where the model tells nothing', async () => {
  const silent: SpeechOf = async (...speech) => ({ ...(await humming(...speech)), durationsMs: null });
  const { phones } = await open(silent).speak(request('Hello, Bob!'), never);
  expect(phones.map(({ symbol }) => symbol)).toContain('aa');
  const samples = new Int16Array(24_000).fill(9000, 4800, 14_400);
  const spread = spreadOverSound([...'hi'], samples);
  expect(spread[0]).toBe(200);
  expect(spread.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1000);
  expect(spreadOverSound([], new Int16Array(0))).toEqual([0, 0]);
});

it('is silent where there is nothing to say, and asks nobody', async () => {
  const refusing: SpeechOf = () => Promise.reject(new Error('asked'));
  const { pcm } = await open(refusing).speak(request('🙂 —'), never);
  expect(pcm.length).toBe(140 * 24);
});

it.skipIf(kokoro === null || whisper === null)(
  'is understood by the ears of this machine, with real weights',
  async () => {
    const model = await Kokoro.open(dirname(dirname(kokoro ?? '')));
    const mouth = open((symbols, voice) => model.speak(symbols, voice));
    const ears = await Whisper.open(dirname(whisper ?? ''));
    for (const voice of ['af_heart', 'bm_george']) {
      const { pcm } = await mouth.speak(request('The hotel has forty two rooms and a garden.', voice), never);
      const words = await ears.transcribe(to16k([pcm]), 'en');
      expect(words.toLowerCase().replace(/[^a-z0-9 ]/g, '')).toMatch(
        /^the hotel has (?:42|forty ?two) rooms and a garden$/,
      );
    }
  },
  240_000,
);

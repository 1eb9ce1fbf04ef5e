import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../packages/media/src/core/random.ts';
import { speakTexts } from '../../tools/bench/spoken-sample.ts';

const CHUNK_MS = 20;
const CHUNK_SAMPLES = 480;
const SILENCE_SAMPLES = 36_000;

/** Speaks a text as a microphone hears it: in real time, with a quiet room before and behind it. PCM16 with 24 kHz. */
export async function speakInto(send: (pcm: Int16Array) => void, text: string): Promise<void> {
  const [spoken] = await speakTexts('sage', [text]);
  const random = seededRandom('a quiet room');
  const voice = spoken?.sample.pcm ?? new Int16Array();
  const samples = Int16Array.from({ length: SILENCE_SAMPLES + voice.length + SILENCE_SAMPLES }, (_, index) =>
    Math.round((voice[index - SILENCE_SAMPLES] ?? 0) + (random() - 0.5) * 110),
  );
  const startedAtMs = performance.now();
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    const dueMs = startedAtMs + (at / CHUNK_SAMPLES) * CHUNK_MS;
    await sleep(Math.max(0, dueMs - performance.now()));
    send(samples.slice(at, at + CHUNK_SAMPLES));
  }
}

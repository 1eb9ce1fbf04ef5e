import type { PhoneTiming } from '../../packages/media/src/core/articulation.ts';
import { systemClock } from '../../packages/media/src/core/clock.ts';
import { silentLogger } from '../../packages/media/src/core/logger.ts';
import { DEFAULT_TURN_DETECTION, type VoiceEvent } from '../../packages/media/src/core/voice-port.ts';
import { createLocalVoice } from '../../packages/media/src/voice/local/local-voice.ts';

/** About ten seconds when spoken, with all kinds of sounds in it. */
export const LONG_TEXT =
  'Papa bought a big purple boat. We move along by the open sea, and my mother waves from above. ' +
  'Every morning a warm wind blows over the bay, people open their windows and watch the moon go home.';

const SENTENCE = 'The ferry to the island leaves at half past nine.';

/** Speech of the local voice: PCM16 mono at 24 kHz with the times of its phones. */
export type SpokenSample = { readonly pcm: Int16Array; readonly phones: readonly PhoneTiming[] };

/** Speaks with the local voice in this process; `firstAudioMs` are the waits for the first sound of a sentence. */
export async function speakSample(sentences: number): Promise<{ sample: SpokenSample; firstAudioMs: number[] }> {
  const [first, ...others] = await speakTexts('alloy', [LONG_TEXT, ...Array<string>(sentences).fill(SENTENCE)]);
  if (first === undefined) throw new Error('The local voice said nothing.');
  return { sample: first.sample, firstAudioMs: others.map(({ firstAudioMs }) => firstAudioMs) };
}

type Spoken = { readonly firstAudioMs: number; readonly sample: SpokenSample };

/** Speaks each text as a turn of its own, with a voice of the protocol (`alloy`, `ash`, …). */
export async function speakTexts(voiceName: string, texts: readonly string[]): Promise<Spoken[]> {
  const voice = await createLocalVoice({ clock: systemClock, logger: silentLogger });
  let listener: (event: VoiceEvent) => void = () => {};
  const session = await voice.open(
    {
      voice: voiceName,
      prompt: '',
      firstMessage: '',
      avatarName: 'Iris',
      language: 'en',
      model: '',
      tools: [],
      turnDetection: DEFAULT_TURN_DETECTION,
    },
    (event) => listener(event),
    new AbortController().signal,
  );
  let nextTurn = 0;
  const speak = (text: string): Promise<Spoken> =>
    new Promise((resolve, reject) => {
      const chunks: Int16Array[] = [];
      const phones: PhoneTiming[] = [];
      const startedAtMs = performance.now();
      let firstAudioMs = Number.NaN;
      listener = (event) => {
        if (event.type === 'audio') {
          if (chunks.length === 0) firstAudioMs = performance.now() - startedAtMs;
          chunks.push(event.pcm);
          phones.push(...(event.phones ?? []));
        } else if (event.type === 'turn-done') resolve({ firstAudioMs, sample: { pcm: concatenate(chunks), phones } });
        else if (event.type === 'failed') reject(new Error(event.message));
      };
      session.send({ type: 'say', turnId: `turn_${nextTurn++}`, text });
    });
  const spoken: Spoken[] = [];
  for (const text of texts) spoken.push(await speak(text));
  await session.close();
  await voice.close();
  return spoken;
}

export function concatenate(chunks: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

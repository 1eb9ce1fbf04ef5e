import { setTimeout as delay } from 'node:timers/promises';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-sound-server.ts';
import { dataDirWith } from '../../tests/support/local-models.ts';
import { microphoneSound } from '../../tests/support/microphone-file.ts';

/** What hears, thinks and speaks while answers are timed. */
export type AnswerSet = {
  readonly title: string;
  /** Settings of the server, made when it is this set's time. */
  readonly settings: () => Promise<Readonly<Record<string, string>>>;
  /** What the services take by themselves, from the end of the turn to the first sample; none where everything is here. */
  readonly statedMs?: number;
  readonly close?: () => Promise<void>;
};

/** Of services as they are sold: an answer begins after so long. */
const STATED = { wordsMs: 150, firstTokenMs: 250, firstSampleMs: 150 } as const;
const SAID = 'That is a good question.';
/** Over before the user speaks again. */
const SPOKEN_SAMPLES = 2 * 24_000;

/** Rules of the demonstration, flite, and the ears of the system; silence ends turns. */
export const demonstration: AnswerSet = { title: 'demonstration', settings: async () => ({}) };

/** The same with models of this machine in their places. */
export function withModels(title: string, folders: readonly string[], runtimes: string | null): AnswerSet {
  return { title, settings: async () => ({ DATA_DIR: await dataDirWith({ folders, runtimes }) }) };
}

/** Three services on the loopback that take the times above, and speak with a recorded voice. */
export async function scriptedServices(): Promise<AnswerSet> {
  const [mind, sound] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedSoundServer.start()]);
  mind.answer = () => [{ waitFor: delay(STATED.firstTokenMs) }, SAID];
  sound.transcript = 'Which folder should I save the message to?';
  sound.beforeTranscript = () => delay(STATED.wordsMs);
  sound.beforeSpeech = () => delay(STATED.firstSampleMs);
  sound.speech = await recordedVoice();
  return {
    title: 'three services of stated delays',
    settings: async () => ({
      LLM_URL: mind.url,
      LLM_MODEL: 'small',
      STT_URL: sound.url,
      TTS_URL: sound.url,
      TTS_MODEL: 'tts-1',
    }),
    statedMs: STATED.wordsMs + STATED.firstTokenMs + STATED.firstSampleMs,
    close: async () => void (await Promise.all([mind.close(), sound.close()])),
  };
}

/** A person's voice from its first loud sample on, PCM16 with 24 kHz. */
async function recordedVoice(): Promise<Buffer> {
  const wav = Buffer.from(await microphoneSound(['vm-savefolder']));
  const at48k = new Int16Array(Uint8Array.from(wav.subarray(44)).buffer);
  const samples = at48k.filter((_sample, index) => index % 2 === 0);
  const begins = samples.findIndex((sample) => Math.abs(sample) > 2000);
  return Buffer.from(Int16Array.from(samples.subarray(begins, begins + SPOKEN_SAMPLES)).buffer);
}

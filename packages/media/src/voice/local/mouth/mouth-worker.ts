import { parentPort } from 'node:worker_threads';
import { WIRE_SAMPLE_RATE_HZ } from '../../../core/audio-format.ts';
import { errorMessage } from '../../../core/error-message.ts';
import { Resampler } from '../../../core/resampler.ts';
import { resetThreadPriority } from '../../../core/thread-priority.ts';
import { asciiText } from './clauses.ts';
import { EspeakEngine, findEspeak } from './espeak-engine.ts';
import { FliteEngine } from './flite-engine.ts';
import type { FromMouthWorker, MouthRequest, PronounceRequest, ToMouthWorker } from './mouth-messages.ts';
import { type Pronunciations, pronounceEnglish } from './pronunciation/pronounce-english.ts';
import { finishClause, type RawSpeech, type SpokenClause, silence } from './spoken-clause.ts';
import { VOICE_PROFILES } from './voice-profiles.ts';

// Entry of the worker thread that speaks. Requests come one at a time.

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');

// Speaking runs ahead of the sound; it must not take the core from the pictures that are due.
resetThreadPriority();

const flite = await FliteEngine.load();
let espeak: EspeakEngine | null = null;
let pronunciations: Pronunciations | null = null;

/** Speaks once with each speaker, so that the first real request finds the code compiled. */
for (const profile of [VOICE_PROFILES.marin, VOICE_PROFILES.ash, VOICE_PROFILES.fable]) {
  flite.synthesise('Hello there, and welcome.', profile);
  flite.prepare();
}

port.on('message', ({ id, request }: ToMouthWorker) => {
  const result = 'pronounce' in request ? pronounce(request) : speak(request);
  void result.then(
    (made) => answer({ type: 'done', id, result: made }, typeof made === 'string' ? [] : [made.pcm.buffer]),
    (error: unknown) => answer({ type: 'failed', id, message: errorMessage(error) }, []),
  );
});
answer({ type: 'ready' }, []);

function answer(message: FromMouthWorker, transfer: ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
  flite.prepare();
}

async function speak(request: MouthRequest): Promise<SpokenClause> {
  const isSilent = !/[\p{L}\p{N}]/u.test(request.text);
  const raw = isSilent ? null : request.language === 'en' ? speakEnglish(request) : await speakOther(request);
  if (raw === null) return silence(request.pauses.leadMs + request.pauses.trailMs);
  const resampler = new Resampler(raw.sampleRateHz, WIRE_SAMPLE_RATE_HZ);
  const body = resampler.process(raw.samples);
  return finishClause([body, resampler.flush()], raw.phones, request.pauses);
}

function speakEnglish(request: MouthRequest): RawSpeech | null {
  const text = asciiText(request.text);
  return /[a-z0-9]/i.test(text) ? flite.synthesise(text, request.profile) : null;
}

async function speakOther(request: MouthRequest): Promise<RawSpeech> {
  const path = findEspeak();
  if (path === null) throw new Error('The engine for other languages is not installed.');
  espeak ??= await EspeakEngine.load(path);
  return espeak.synthesise(request.text, request.profile, request.language);
}

async function pronounce({ pronounce: text, accent }: PronounceRequest): Promise<string> {
  pronunciations ??= await loadPronunciations();
  return pronounceEnglish(text, accent, pronunciations);
}

/** Tens of megabytes of words, for those who have another mouth. */
async function loadPronunciations(): Promise<Pronunciations> {
  const { dictionary } = await import('cmu-pronouncing-dictionary');
  return {
    dictionary: (word) => (Object.hasOwn(dictionary, word) ? (dictionary[word] ?? null) : null),
    guess(word) {
      const { phones } = flite.synthesise(word, VOICE_PROFILES.marin);
      return phones.map(({ symbol }) => symbol);
    },
  };
}

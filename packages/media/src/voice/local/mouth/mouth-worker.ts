import { parentPort } from 'node:worker_threads';
import { WIRE_SAMPLE_RATE_HZ } from '../../../core/audio-format.ts';
import { errorMessage } from '../../../core/error-message.ts';
import { Resampler } from '../../../core/resampler.ts';
import { resetThreadPriority } from '../../../core/thread-priority.ts';
import { asciiText } from './clauses.ts';
import { EspeakEngine, findEspeak } from './espeak-engine.ts';
import { FliteEngine } from './flite-engine.ts';
import type { FromMouthWorker, MouthRequest, ToMouthWorker } from './mouth-messages.ts';
import { finishClause, type RawSpeech, type SpokenClause, silence } from './spoken-clause.ts';
import { VOICE_PROFILES } from './voice-profiles.ts';

// Entry of the worker thread that speaks. Requests come one at a time.

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');

// Speaking runs ahead of the sound; it must not take the core from the pictures that are due.
resetThreadPriority();

const flite = await FliteEngine.load();
let espeak: EspeakEngine | null = null;

/** Speaks once with each speaker, so that the first real request finds the code compiled. */
for (const profile of [VOICE_PROFILES.marin, VOICE_PROFILES.ash, VOICE_PROFILES.fable]) {
  flite.synthesise('Hello there, and welcome.', profile);
  flite.prepare();
}

port.on('message', ({ id, request }: ToMouthWorker) => {
  void speak(request).then(
    (clause) => answer({ type: 'done', id, result: clause }, [clause.pcm.buffer]),
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

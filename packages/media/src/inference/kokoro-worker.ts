import { workerData } from 'node:worker_threads';
import { Kokoro } from './kokoro.ts';
import type { SpeechRequest } from './machine-models.ts';
import { serveJobs } from './serve-jobs.ts';

// Entry of the thread that speaks. Its data is the folder of the model.

const kokoro = await Kokoro.open(String(workerData));
serveJobs(({ symbols, voice }: SpeechRequest) => kokoro.speak(symbols, voice));

import { workerData } from 'node:worker_threads';
import type { WordsRequest } from './machine-models.ts';
import { serveJobs } from './serve-jobs.ts';
import { Whisper } from './whisper.ts';

// Entry of the thread that writes down what is said. Its data is the folder of the model.

const whisper = await Whisper.open(String(workerData));
serveJobs(({ samples16k, language }: WordsRequest) => whisper.transcribe(samples16k, language));

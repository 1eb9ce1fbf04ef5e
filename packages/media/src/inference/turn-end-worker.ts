import { workerData } from 'node:worker_threads';
import type { TurnEndRequest } from './machine-models.ts';
import { serveJobs } from './serve-jobs.ts';
import { SmartTurn } from './smart-turn.ts';

// Entry of the thread that judges whether somebody has finished. Its data is the path of the model.

const model = await SmartTurn.open(String(workerData));
serveJobs(({ samples16k }: TurnEndRequest) => model.probability(samples16k));

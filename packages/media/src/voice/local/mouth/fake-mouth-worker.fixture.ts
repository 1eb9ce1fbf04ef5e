import { parentPort } from 'node:worker_threads';
import type { FromMouthWorker, ToMouthWorker } from './mouth-messages.ts';

// Stands in for the speech worker in tests: one sample per letter; dies, hangs or fails when told to.

function answer(message: FromMouthWorker): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', ({ id, request }: ToMouthWorker) => {
  if ('pronounce' in request) return answer({ type: 'done', id, result: request.pronounce });
  if (request.text === 'die') process.exit(1);
  if (request.text === 'hang') return;
  if (request.text === 'fail') answer({ type: 'failed', id, message: 'cannot say this' });
  else answer({ type: 'done', id, result: { pcm: new Int16Array(request.text.length), phones: [] } });
});
answer({ type: 'ready' });

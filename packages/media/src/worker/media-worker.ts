import { errorMessage } from '../core/error-message.ts';
import { collectLessOften } from '../core/heap-growth.ts';
import { leaveEndToParent, outliveReaders } from '../core/process-group.ts';
import { AskedModels } from './asked-models.ts';
import { CallHost, type CallMessage, callOfThisWork } from './call-host.ts';
import { readSoundLane } from './sound-lane.ts';
import { BEAT_EVERY_MS, type PoolMessage, type WorkerMessage, type WorkerOptions } from './worker-messages.ts';

// Entry of a media worker process. It lives as long as its channel to the pool.

// The pool is gone: nobody can hear these calls any more.
process.on('disconnect', () => process.exit(0));
// The pool decides when a worker ends.
leaveEndToParent();
collectLessOften();
outliveReaders();

const models = new AskedModels(send);
let host: CallHost | null = null;
/** Messages that come while the host is being opened. */
const early: CallMessage[] = [];

function send(message: WorkerMessage): void {
  if (process.connected) process.send?.(message);
}

async function start(options: WorkerOptions): Promise<void> {
  host = await CallHost.open(options, send, models);
  for (const message of early.splice(0)) host.handle(message);
}

function take(message: CallMessage): void {
  if (host === null) early.push(message);
  else host.handle(message);
}

async function shutDown(reason: string): Promise<void> {
  await host?.close(reason);
  process.disconnect?.();
  process.exit(0);
}

process.on('message', (message: PoolMessage) => {
  if (message.type === 'shutdown') void shutDown(message.reason);
  else if (message.type === 'start') void start(message.options);
  else if (message.type === 'inferred' || message.type === 'infer-failed' || message.type === 'infer-part')
    models.take(message);
  else take(message);
});

readSoundLane((frame) => take({ type: 'user-audio', ...frame }));
process.on('SIGTERM', () => void shutDown('worker-terminated'));

// An error that nobody caught ends the call in whose work it arose; one of no call ends the process, as it always does.
process.on('uncaughtException', (error) => {
  const callId = callOfThisWork();
  if (callId !== undefined && host?.fail(callId, error) === true) return;
  process.stderr.write(`A media worker ends because of an error: ${error.stack ?? errorMessage(error)}\n`);
  process.exit(1);
});

setInterval(() => send({ type: 'beat' }), BEAT_EVERY_MS);

import { AV_LOG_ERROR } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { CallHost } from './call-host.ts';
import type { PoolMessage, WorkerMessage, WorkerOptions } from './worker-messages.ts';

// Entry of a media worker process. It lives as long as its channel to the pool.

// The pool is gone: nobody can hear these calls any more.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the pool decides when a worker ends.
process.on('SIGINT', () => {});

// Codecs remark on every call that ends; only their errors are of interest.
Log.setLevel(AV_LOG_ERROR);

const options = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
const host = await CallHost.open(options, (message: WorkerMessage) => {
  if (process.connected) process.send?.(message);
});

async function shutDown(reason: string): Promise<void> {
  await host.close(reason);
  process.disconnect?.();
  process.exit(0);
}

process.on('message', (message: PoolMessage) => {
  if (message.type === 'shutdown') void shutDown(message.reason);
  else host.handle(message);
});
process.on('SIGTERM', () => void shutDown('worker-terminated'));

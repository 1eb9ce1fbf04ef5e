import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../core/error-message.ts';
import type { FromJobThread, ToJobThread } from '../core/job-thread.ts';

/** Makes this thread one that a `JobThread` sends its jobs to, from now on. */
export function serveJobs<Request, Result>(work: (request: Request) => Promise<Result>): void {
  const port = parentPort;
  if (port === null) throw new Error('This file runs in a worker thread.');
  const answer = (message: FromJobThread<Result>): void => port.postMessage(message);
  port.on('message', ({ id, request }: ToJobThread<Request>) => {
    void work(request).then(
      (result) => answer({ type: 'done', id, result }),
      (error: unknown) => answer({ type: 'failed', id, message: errorMessage(error) }),
    );
  });
  answer({ type: 'ready' });
}

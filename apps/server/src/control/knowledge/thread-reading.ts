import { Worker } from 'node:worker_threads';
import type { SourcePage } from './passages.ts';

export type ThreadWork = {
  readonly kind: 'pdf' | 'html';
  /** Given away. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly maxPages: number;
  readonly maxCharacters: number;
};

/** `long`: more than it may have; `damaged`: it cannot be read, or not within bounds. */
export type ReadInThread =
  | { readonly title: string; readonly pages: readonly SourcePage[] }
  | { readonly fault: 'long' | 'locked' | 'damaged' };

const LIMIT_MS = 60_000;
const HEAP_MB = 512;
const MEMORY_BYTES = 600_000_000;
const DAMAGED: ReadInThread = { fault: 'damaged' };

/** In a thread: calls go on meanwhile, and a file that grows without end, or takes for ever, ends alone. */
export function readInThread(work: ThreadWork): Promise<ReadInThread> {
  const thread = new Worker(new URL('./reading-thread.ts', import.meta.url), {
    env: {},
    workerData: work,
    transferList: [work.bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    stdout: true,
    stderr: true,
  });
  let watch: NodeJS.Timeout | undefined;
  return new Promise<ReadInThread>((resolve) => {
    const fail = () => resolve(DAMAGED);
    const deadlineMs = performance.now() + LIMIT_MS;
    // What streams unpack to is no part of the heap, which alone is bounded.
    watch = setInterval(() => {
      if (performance.now() > deadlineMs) fail();
      const judge = ({ external_memory: heldBytes }: { external_memory: number }) => {
        if (heldBytes > MEMORY_BYTES) fail();
      };
      thread.getHeapStatistics().then(judge, () => {});
    }, 100);
    thread.on('error', fail);
    thread.on('exit', fail);
    thread.on('message', (answer: ReadInThread) => resolve(answer));
  }).finally(async () => {
    clearInterval(watch);
    await thread.terminate();
  });
}

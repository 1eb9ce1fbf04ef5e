import { Worker } from 'node:worker_threads';

export type FloodOrder = {
  /** Of the socket, with its query. */
  readonly address: string;
  readonly frames: readonly string[];
  /** `piece`: parts of a message that never ends. */
  readonly as: 'message' | 'piece' | 'ping';
  /** Frames between two pauses. */
  readonly atOnce: number;
  readonly pauseMs: number;
  readonly durationMs: number;
  readonly callers: number;
  /** Reads nothing. */
  readonly isDeaf: boolean;
};

/** How one call of an attacker ended. `errorCode`: of the last event that had one. */
export type FloodEnd = { readonly code: number; readonly errorCode: string | null; readonly events: number };

const DEFAULTS = { as: 'message', atOnce: 1, pauseMs: 5, durationMs: 8000, callers: 1, isDeaf: false } as const;

/** Attacks from a thread of its own, so that the attacker's work does not count as the server's. */
export async function flood(order: Pick<FloodOrder, 'address' | 'frames'> & Partial<FloodOrder>): Promise<FloodEnd[]> {
  const worker = new Worker(new URL('./flooder.ts', import.meta.url), { workerData: { ...DEFAULTS, ...order } });
  return new Promise((resolve, reject) => {
    worker.once('message', (ends: FloodEnd[]) => resolve(ends));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the attacker’s thread ended without a word')));
  });
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PhoneTiming } from '../../packages/media/src/core/articulation.ts';

export type Spent = { readonly wallS: number; readonly processorS: number };
export type DubbingSpent = Spent & { readonly peakMB: number };

export type DubbingOrder = {
  readonly videoPath: string;
  readonly audioPath: string;
  readonly outPath: string;
  readonly phones?: readonly PhoneTiming[];
  readonly syncMode: 'cut_off' | 'loop';
};

export async function timed(work: () => Promise<unknown>): Promise<Spent> {
  const before = process.cpuUsage();
  const at = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallS: (performance.now() - at) / 1000, processorS: (user + system) / 1e6 };
}

/** What dubbing takes in a process that does nothing else; loading its program is left out. */
export async function dubInProcess(order: DubbingOrder): Promise<DubbingSpent> {
  const script = join(import.meta.dirname, 'dub-once.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(order)]);
  return JSON.parse(stdout) as DubbingSpent;
}

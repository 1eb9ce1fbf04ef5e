import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
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

/** The first `pictures` of a clip. */
export type CodingOrder = { readonly clip: string; readonly out: string; readonly pictures: number };

export async function timed(work: () => Promise<unknown>): Promise<Spent> {
  const before = process.cpuUsage();
  const at = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallS: (performance.now() - at) / 1000, processorS: (user + system) / 1e6 };
}

/** What dubbing takes in a process that does nothing else; loading its program is left out. */
export function dubInProcess(order: DubbingOrder): Promise<DubbingSpent> {
  return inProcess<DubbingSpent>('dub-once.ts', order);
}

/** The same of decoding and encoding alone. */
export function codeInProcess(order: CodingOrder): Promise<Spent> {
  return inProcess<Spent>('code-once.ts', order);
}

/** As on servers, what programs are compiled to is kept from one process to the next. */
async function inProcess<Result>(program: string, order: object): Promise<Result> {
  const script = join(import.meta.dirname, program);
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'bench-film-compiled') };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(order)], { env });
  return JSON.parse(stdout) as Result;
}

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Ticks of the kernel's per-process clocks in a second. */
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const CALM_SHARE = 0.03;
const CALM_WINDOW_MS = 1500;

/** User and system time of a process in milliseconds, all its threads together (Linux; steps of 10 ms). */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold spaces: fields are counted from behind it (utime is the 14th, stime the 15th).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB, without what it shares with other processes. */
export async function privateMiBOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const sumKiB = ['Private_Clean', 'Private_Dirty'].reduce(
    (sum, name) => sum + Number(new RegExp(`${name}:\\s+(\\d+)`).exec(rollup)?.[1] ?? 0),
    0,
  );
  return sumKiB / 1024;
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** A process with its children, their children and so on. */
export async function processesOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [pid, ...(await Promise.all(children.map(processesOf))).flat()];
}

/** Share of one core, 0 to …, that each process used over the time. */
export async function coreShares(pids: readonly number[], durationMs: number): Promise<number[]> {
  const before = await Promise.all(pids.map(cpuMsOf));
  const startedAtMs = performance.now();
  await delay(durationMs);
  const after = await Promise.all(pids.map(cpuMsOf));
  const elapsedMs = performance.now() - startedAtMs;
  return after.map((cpuMs, index) => (cpuMs - (before[index] ?? 0)) / elapsedMs);
}

/** Resolves once a process has next to nothing to do, or after `limitMs`; says which. */
export async function waitUntilCalm(pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const [share = 1] = await coreShares([pid], CALM_WINDOW_MS);
    if (share < CALM_SHARE) return true;
  }
  return false;
}

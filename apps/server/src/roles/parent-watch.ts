import { readFile } from 'node:fs/promises';

const INTERVAL_MS = 1000;

/**
 * Calls `onGone`, once, when the process that started this one is gone, or the one behind it: supervisors signal `npm start`
 * alone, and between npm and the server stands a shell. Returns what ends the watch.
 */
export function watchParent(onGone: () => void, intervalMs = INTERVAL_MS): () => void {
  let known: string | null = null;
  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  const look = async (): Promise<void> => {
    const ancestors = `${process.ppid} ${await parentOf(process.ppid)}`;
    known ??= ancestors;
    if (ancestors === known) return;
    clearInterval(timer);
    onGone();
  };
  void look();
  return () => clearInterval(timer);
}

/** Where the system does not tell it: 0. */
async function parentOf(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
}

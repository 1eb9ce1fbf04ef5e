import { readFileSync } from 'node:fs';

const INTERVAL_MS = 1000;
/** Between npm and the server stands a shell at most, and what that was told to run. */
const MAX_ANCESTORS = 4;
const PACKAGE_MANAGER = /(?:^|[/\s])(?:npm|npx|pnpm|yarn|bun)(?:[-.\s/]|$)/;

export type ParentWatch = {
  /** Whether `nohup` stands before npm: what the terminal does is nothing to this process. */
  isDetached(): boolean;
  end(): void;
};

/**
 * Calls `onGone`, once, when npm, which started this process, is gone, or the shell between them: supervisors signal `npm start`
 * alone. Who started npm may go: a shell that is left, a terminal that is closed.
 */
export function watchParent(onGone: () => void, intervalMs = INTERVAL_MS): ParentWatch {
  const known = ancestorsToNpm();
  const isDetached = isUnderNohup(known.at(-1));
  let isMissed = false;
  const timer = setInterval(() => {
    if (isSameLine(known)) return;
    // A closed terminal ends the shell and tells this process at the same moment: that is heard first.
    if (!isMissed) {
      isMissed = true;
      return;
    }
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
  return { isDetached: () => isDetached, end: () => clearInterval(timer) };
}

/** From the parent up to the package manager; the parent alone where none is found or the system does not tell. */
function ancestorsToNpm(): readonly number[] {
  const line = [process.ppid];
  while (line.length <= MAX_ANCESTORS) {
    const processId = line.at(-1) ?? 0;
    if (PACKAGE_MANAGER.test(readOrEmpty(`/proc/${processId}/cmdline`).replaceAll('\0', ' '))) return line;
    line.push(parentOf(processId));
  }
  return line.slice(0, 1);
}

function isSameLine(known: readonly number[]): boolean {
  let processId = process.ppid;
  for (const [index, expected] of known.entries()) {
    if (index > 0) processId = parentOf(processId);
    if (processId !== expected) return false;
  }
  return true;
}

/**
 * Whether a process, by default this one, was started with `nohup`. Node undoes what that does to the signal, so the shell's
 * note of its last command tells; false where there is none.
 */
export function isUnderNohup(processId: number | 'self' = 'self'): boolean {
  const variables = readOrEmpty(`/proc/${processId}/environ`).split('\0');
  return variables.some((variable) => /^_=(?:.*\/)?nohup$/.test(variable));
}

/** Where the system does not tell it: 0. */
function parentOf(processId: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readOrEmpty(`/proc/${processId}/status`))?.[1] ?? 0);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

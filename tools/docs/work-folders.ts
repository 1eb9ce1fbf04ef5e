import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** No build takes longer; another process may have the number of one that was killed before. */
const LEFT_OVER_AFTER_MS = 3_600_000;

/** How often another build may put its own in place at the very moment when this one does. */
const MOST_TRIES = 50;

/** Folders that a build works in, beside the one that it builds to: `dist-<pid>`, and its parts. */
export function workFolders(output: string): { readonly site: string; readonly temporary: string; remove(): void } {
  const site = `${output}-${process.pid}`;
  const temporary = `${site}-temporary`;
  return {
    site,
    temporary,
    remove() {
      for (const folder of [site, temporary, formerOf(site)]) rmSync(folder, REMOVAL);
    },
  };
}

/** Other threads may be writing there still. */
const REMOVAL = { recursive: true, force: true, maxRetries: 3 } as const;

/** Removes what builds left that were killed, and leaves what others are at. */
export function removeLeftovers(output: string): void {
  const folder = dirname(output);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(basename(output))) continue;
    const pid = /^-(\d+)/.exec(name.slice(basename(output).length))?.[1];
    if (pid !== undefined && !isAtWork(Number(pid), join(folder, name))) rmSync(join(folder, name), REMOVAL);
  }
}

/** Puts `site` in the place of `output`, so that a server never shows half a site. Others may do the same at once; the last one stays. */
export function replaceSite(site: string, output: string): void {
  const former = formerOf(site);
  for (let tries = 1; ; tries += 1) {
    rmSync(former, REMOVAL);
    try {
      putAside(output, former);
      renameSync(site, output);
      rmSync(former, REMOVAL);
      return;
    } catch (error) {
      const isTaken = ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '');
      if (isTaken && tries < MOST_TRIES) continue;
      if (existsSync(former) && !existsSync(output)) putAside(former, output);
      throw error;
    }
  }
}

function formerOf(site: string): string {
  return `${site}-former`;
}

function putAside(folder: string, to: string): void {
  try {
    renameSync(folder, to);
  } catch (error) {
    // There was none, or somebody else has just put it aside.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function isAtWork(pid: number, folder: string): boolean {
  const changedAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (pid === process.pid || Date.now() - changedAtMs > LEFT_OVER_AFTER_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Binary, findBinaries } from './binaries.ts';
import type { LockedPackage } from './lock-packages.ts';

export type InstalledPackage = {
  /** As its own package.json says. */
  readonly declared: string | undefined;
  readonly author: string | undefined;
  /** Names of the files with its licence, in its folder. */
  readonly texts: readonly string[];
  readonly binaries: readonly Binary[];
};

const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;
const NESTED = new Set(['node_modules']);
/** Raised when what is looked for changes: what was found before counts no longer. */
const CACHE_VERSION = 1;

type Cache = { version: number; packages: Record<string, { key: string; found: InstalledPackage }> };

/** What is installed of a package; null where it is not, as with packages for other platforms. */
export type Installed = (locked: LockedPackage) => InstalledPackage | null;

/**
 * Looks into installed packages. What was found is kept in `cachePath` as long as version, time and size of a package's
 * files are the same, so that a second look takes no time.
 */
export function openInstalled(root: string, cachePath: string): { look: Installed; save(): void } {
  const old = readCache(cachePath);
  const fresh: Cache = { version: CACHE_VERSION, packages: {} };
  const look: Installed = ({ path, version }) => {
    const folder = join(root, path);
    if (!existsSync(join(folder, 'package.json'))) return null;
    const key = `${version} ${stampOf(folder)}`;
    const known = old.packages[path];
    const found = known?.key === key ? known.found : inspect(folder);
    fresh.packages[path] = { key, found };
    return found;
  };
  const save = (): void => {
    mkdirSync(dirname(cachePath), { recursive: true });
    writeFileSync(cachePath, JSON.stringify(fresh));
  };
  return { look, save };
}

function readCache(path: string): Cache {
  try {
    const cache = JSON.parse(readFileSync(path, 'utf8')) as Cache;
    if (cache.version === CACHE_VERSION) return cache;
  } catch {
    // There is none yet.
  }
  return { version: CACHE_VERSION, packages: {} };
}

/** Changes with any file of the package: their number, sizes and times. */
function stampOf(folder: string): string {
  let [count, bytes, newest] = [0, 0, 0];
  const add = (below: string): void => {
    for (const entry of readdirSync(below, { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (entry.isDirectory() && !NESTED.has(entry.name)) add(path);
      if (!entry.isFile()) continue;
      const { size, mtimeMs } = statSync(path);
      count += 1;
      bytes += size;
      newest = Math.max(newest, mtimeMs);
    }
  };
  add(folder);
  return `${count} ${bytes} ${newest}`;
}

export function inspect(folder: string): InstalledPackage {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    license?: string | { type?: string };
    licenses?: readonly { type?: string }[];
    author?: string | { name?: string };
  };
  const declared = typeof about.license === 'string' ? about.license : (about.license ?? about.licenses?.[0])?.type;
  return {
    declared,
    author: typeof about.author === 'string' ? about.author : about.author?.name,
    texts: readdirSync(folder).filter((name) => LICENCE_FILE.test(name)),
    binaries: findBinaries(folder, NESTED),
  };
}

import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';

/**
 * When a file, or a folder with all that is in it, was last changed; 0 where there is nothing. What vanishes meanwhile, leads nowhere or
 * may not be read counts as nothing. Links to folders are not entered: some lead in circles.
 */
export function newestChangeMs(path: string): number {
  const entry = statIfThere(path);
  if (entry === null) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return entriesOf(path).reduce((newest, inside) => {
    const place = `${path}/${inside.name}`;
    const changedAtMs = inside.isSymbolicLink() ? (statIfThere(place)?.mtimeMs ?? 0) : newestChangeMs(place);
    return Math.max(newest, changedAtMs);
  }, entry.mtimeMs);
}

/** Whether `output` is missing or older than one of its sources. */
export function isStale(output: string, sources: readonly string[]): boolean {
  const built = statIfThere(output);
  return built === null || sources.some((source) => newestChangeMs(source) > built.mtimeMs);
}

function statIfThere(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Not ours to read, or a link to itself.
    return null;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

import { existsSync, readdirSync, statSync } from 'node:fs';

/** When a file, or a folder with all that is in it, was last changed; 0 where there is nothing. */
export function newestChangeMs(path: string): number {
  if (!existsSync(path)) return 0;
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
    (newest, name) => Math.max(newest, statSync(`${path}/${name}`).mtimeMs),
    entry.mtimeMs,
  );
}

/** Whether `output` is missing or older than one of its sources. */
export function isStale(output: string, sources: readonly string[]): boolean {
  if (!existsSync(output)) return true;
  const builtAtMs = statSync(output).mtimeMs;
  return sources.some((source) => newestChangeMs(source) > builtAtMs);
}

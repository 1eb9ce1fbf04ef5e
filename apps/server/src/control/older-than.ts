import { stat } from 'node:fs/promises';

/** False for what is not there, too. */
export async function isOlderThan(path: string, hours: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > hours * 3_600_000;
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findObstacleTo } from '../db/embedded/folder-rights.ts';
import { errorMessage } from '../error-message.ts';
import { closeToOthers } from '../private-files.ts';
import { StartError } from '../start-error.ts';

/** Folders that the parts of the server make in it when they need them; the database looks at its own. */
const INNER_FOLDERS = ['avatars', 'bundles', 'cache', 'files', 'making', 'recordings', 'tls', 'uploads'] as const;

/**
 * Makes the data folder, closes it to others, and looks whether this process may use it and what lies in it.
 * @throws StartError
 */
export async function openDataFolder(dataDir: string): Promise<void> {
  for (const name of ['', ...INNER_FOLDERS]) requireUsable(join(dataDir, name));
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await closeToOthers(dataDir);
  } catch (error) {
    throw refusal(isFull(error) ? 'its disk is full. Make room on it, and start again.' : errorMessage(error), error);
  }

  function refusal(cause: string, error: unknown): StartError {
    return new StartError(`DATA_DIR (${dataDir}) cannot be used: ${cause}`, { cause: error });
  }

  function requireUsable(folder: string): void {
    const obstacle = findObstacleTo(folder);
    if (obstacle !== null) throw refusal(obstacle, undefined);
  }
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT';
}

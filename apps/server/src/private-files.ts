import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const OTHERS = 0o077;

/** What this process and its children write from now on is for its own user alone. */
export function keepFilesPrivate(): void {
  process.umask(OTHERS);
}

/**
 * Closes what lies in the data folder to others: an earlier release or a copy may have left it open. What lies deeper is
 * closed by the folder around it. The data folder itself may be shared with somebody, so it stays as it is.
 */
export async function closeToOthers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const path = join(dataDir, name);
    // A link that leads nowhere leaves nothing open.
    const { mode, uid } = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ELOOP') return { mode: 0, uid: -1 };
      throw error;
    });
    // Only the owner may change it.
    if ((mode & OTHERS) !== 0 && uid === process.getuid?.()) await chmod(path, mode & ~OTHERS & 0o7777);
  }
}

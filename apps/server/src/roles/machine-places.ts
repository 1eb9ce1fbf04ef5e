import { availableParallelism, totalmem } from 'node:os';

/** What making an avatar takes at most: two cores, and less than 700 MB (docs/avatars.md). */
const CORES_EACH = 2;
const BYTES_EACH = 700_000_000;
/** Of a machine's memory, for what is made on it. */
const MEMORY_SHARE = 0.5;

export type Machine = { readonly cores: number; readonly memoryBytes: number };

/** Avatars that a machine makes at once when it does nothing else; at least one. */
export function makingPlaces({ cores, memoryBytes }: Machine = thisMachine()): number {
  const byMemory = Math.floor((memoryBytes * MEMORY_SHARE) / BYTES_EACH);
  return Math.max(1, Math.min(Math.floor(cores / CORES_EACH), byMemory));
}

/** Within its container's limit, where it has one. */
function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { cores: availableParallelism(), memoryBytes };
}

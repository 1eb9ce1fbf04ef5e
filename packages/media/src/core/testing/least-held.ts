import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const COLLECTIONS = 10;
const BETWEEN_MS = 20;

let collect: (() => void) | undefined;

/**
 * The least bytes that `measure` tells over several garbage collections: what the program still holds. Buffers of native
 * code are let go some turns after the first collection.
 */
export async function leastHeld(measure: () => number): Promise<number> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    least = Math.min(least, measure());
    await delay(BETWEEN_MS);
  }
  return least;
}

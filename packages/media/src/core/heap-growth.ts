import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow over what was left after the last full collection, in percent. */
const GROWTH_PERCENT = 100;

/**
 * For processes that carry calls. Sound and packets lie outside of V8's heap and live for milliseconds, yet count as growth until the
 * next scavenge; with V8's own bound, a small part of the heap, that alone had the whole heap marked every other second, which was a
 * quarter of what an open microphone costs. Counts for every thread of the process, from its next full collection on.
 */
export function collectLessOften(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

import { expect } from 'vitest';
import { quantile } from '../../support/statistics.ts';

/**
 * So much later than while all is quiet are seven of ten answers at most, and the slowest. Exact times belong in benchmarks: a machine
 * that is four times slower, or busy elsewhere for a moment, keeps these. Who is kept waiting for seconds, or every time for one, does not.
 */
const USUALLY_LATER_MS = 700;
const ONCE_LATER_MS = 1_500;

/** Fails when answers came late, or none came. Times in ms; `quietMs`: while nobody attacks, as far as they were measured. */
export function expectPrompt(answersMs: readonly number[], whose: string, quietMs: readonly number[] = []): void {
  expect(answersMs.length, `the number of ${whose}`).toBeGreaterThan(0);
  const floorMs = quietMs.length === 0 ? 0 : quantile(quietMs, 0.5);
  const later = answersMs.map((answerMs) => Math.round(answerMs - floorMs)).sort((left, right) => left - right);
  const told = `, in ms later than the ${Math.round(floorMs)} of quiet times: ${later}`;
  expect(quantile(later, 0.7), `seven of ten of ${whose}${told}`).toBeLessThan(USUALLY_LATER_MS);
  expect(quantile(later, 1), `the slowest of ${whose}${told}`).toBeLessThan(ONCE_LATER_MS);
}

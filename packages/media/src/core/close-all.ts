import { errorMessage } from './error-message.ts';

/**
 * Closes all of them, in order, also when some cannot: the fault is thrown when the last one has been closed, several as one
 * `AggregateError` whose message has them all.
 */
export function closeAll(...parts: readonly ({ close(): void } | null)[]): void {
  const faults: unknown[] = [];
  for (const part of parts) {
    try {
      part?.close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length === 1) throw faults[0];
  if (faults.length > 1) throw new AggregateError(faults, faults.map(errorMessage).join('; '));
}

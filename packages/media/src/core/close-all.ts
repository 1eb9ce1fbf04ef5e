/** Closes all of them, in order, also when some cannot: the first fault is thrown when the last one has been closed. */
export function closeAll(...parts: readonly ({ close(): void } | null)[]): void {
  const faults: unknown[] = [];
  for (const part of parts) {
    try {
      part?.close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

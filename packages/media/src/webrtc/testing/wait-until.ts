/** Waits for a condition that other threads bring about. Rejects after `limitMs`. */
export async function waitUntil(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const startedAtMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedAtMs > limitMs) throw new Error(`Not within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

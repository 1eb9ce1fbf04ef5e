/** Resolves as the work does, and to false when its time is up. */
export async function atMost<Result>(work: Promise<Result>, limitMs: number): Promise<Result | false> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

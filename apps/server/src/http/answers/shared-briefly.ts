/**
 * The same for all who ask at about the same time: one loading serves whoever comes while it goes on and `keepMs` after it.
 * Only time makes it new; a loading that failed is not kept.
 */
export function sharedBriefly<Result>(
  load: (key: string) => Promise<Result>,
  keepMs: number,
  now: () => number = () => performance.now(),
): (key: string) => Promise<Result> {
  let kept: { readonly key: string; readonly result: Promise<Result>; goodUntilMs: number } | null = null;
  return (key) => {
    if (kept !== null && kept.key === key && now() < kept.goodUntilMs) return kept.result;
    const entry = { key, result: load(key), goodUntilMs: Number.POSITIVE_INFINITY };
    kept = entry;
    entry.result.then(
      () => {
        entry.goodUntilMs = now() + keepMs;
      },
      () => {
        if (kept === entry) kept = null;
      },
    );
    return entry.result;
  };
}

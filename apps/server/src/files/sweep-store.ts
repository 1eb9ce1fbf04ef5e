import type { BlobArea, BlobKey, BlobStore } from './blob-store.ts';

/** Blobs are looked at so many at a time, and left for so long: what they belong to may be on its way. */
const SWEPT_AT_ONCE = 500;
const UNOWNED_AFTER_MS = 60 * 60_000;

/** Deletes blobs that nothing refers to; says how many. `kept` picks those that something does. */
export async function sweepStore(
  store: BlobStore,
  area: BlobArea,
  kept: (keys: readonly BlobKey[]) => Promise<(key: BlobKey) => boolean>,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<number> {
  let removed = 0;
  let batch: BlobKey[] = [];
  const sweepBatch = async (): Promise<void> => {
    const isKept = await kept(batch);
    for (const key of batch.filter((candidate) => !isKept(candidate))) {
      await store.delete(key, { signal });
      removed += 1;
    }
    batch = [];
  };
  for await (const blob of store.list(area, { signal })) {
    if (nowMs - blob.writtenAtMs < UNOWNED_AFTER_MS) continue;
    batch.push(blob);
    if (batch.length === SWEPT_AT_ONCE) await sweepBatch();
  }
  if (batch.length > 0) await sweepBatch();
  return removed;
}

import type { Binned } from '@visavis/protocol/rest';

/**
 * Deletes one after the other, and tells which of them can be restored, also when a later one could not be deleted: then it throws
 * what that one threw.
 */
export async function binEach<Item>(
  items: readonly Item[],
  bin: (item: Item) => Promise<Binned>,
  tell: (restorable: readonly Item[]) => void,
): Promise<void> {
  const restorable: Item[] = [];
  try {
    for (const item of items) {
      const { restorableUntil } = await bin(item);
      if (restorableUntil !== null) restorable.push(item);
    }
  } finally {
    if (restorable.length > 0) tell(restorable);
  }
}

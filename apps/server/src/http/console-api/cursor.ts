import { ControlError } from '../../control/control-error.ts';
import { toWire } from './to-wire.ts';

/** Pages that go from newest to oldest continue before the last item's number. */
export function readCursor(cursor: string | undefined): { before?: number } {
  if (cursor === undefined) return {};
  const before = Number(cursor);
  if (!Number.isSafeInteger(before)) throw new ControlError('bad-request', 'The cursor is unknown.');
  return { before };
}

/** A page of a log. @param entries One more than the page holds, if there are more. */
export function toEntryPage<Entry extends { readonly ordinal: number }>(entries: readonly Entry[], limit: number) {
  const items = entries
    .slice(0, limit)
    .map(({ ordinal, ...entry }) => Object.assign(toWire(entry), { entryId: ordinal }));
  const last = items.at(-1);
  return { items, nextCursor: entries.length > limit && last ? String(last.entryId) : null };
}

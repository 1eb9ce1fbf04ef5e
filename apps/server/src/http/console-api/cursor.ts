import { ControlError } from '../../control/control-error.ts';

/** Pages that go from newest to oldest continue before the last item's number. */
export function readCursor(cursor: string | undefined): { before?: number } {
  if (cursor === undefined) return {};
  const before = Number(cursor);
  if (!Number.isSafeInteger(before)) throw new ControlError('bad-request', 'The cursor is unknown.');
  return { before };
}

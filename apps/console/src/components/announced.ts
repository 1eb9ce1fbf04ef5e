/** Parts of a field's room that are left, at which it is said how much that is: each time once, not at every letter. */
const announcedShares = [0.1, 0.05, 0.01, 0];

/** The step that the room left has reached; null: there is much. */
export function stepOfRoom(left: number, room: number): number | null {
  return announcedShares.findLast((share) => left <= share * room) ?? null;
}

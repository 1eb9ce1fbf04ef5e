/** The list with the item at `from` taken out and put in at `to`. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const item = items.slice(from, from + 1);
  const others = items.toSpliced(from, 1);
  return others.toSpliced(to, 0, ...item);
}

/** Without those that were deleted since they were chosen: nobody sees them, and none can be shown. */
export function stillThere(
  avatarIds: readonly string[],
  avatars: readonly { readonly avatarId: string }[],
): readonly string[] {
  return avatarIds.filter((id) => avatars.some(({ avatarId }) => avatarId === id));
}

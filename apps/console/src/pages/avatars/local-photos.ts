/** Photos that were sent from this page, by the avatar that is made from them: seen before the server has looked at them. */
const kept = new Map<string, string>();
const MOST_KEPT = 20;

/** Clips, and photos that this browser cannot show, are left to the server. */
export function keepLocalPhoto(avatarId: string, file: File): void {
  if (!file.type.startsWith('image/')) return;
  const former = kept.get(avatarId);
  if (former !== undefined) URL.revokeObjectURL(former);
  kept.delete(avatarId);
  kept.set(avatarId, URL.createObjectURL(file));
  const [oldest] = kept;
  if (kept.size <= MOST_KEPT || oldest === undefined) return;
  kept.delete(oldest[0]);
  URL.revokeObjectURL(oldest[1]);
}

export function localPhotoOf(avatarId: string): string | null {
  return kept.get(avatarId) ?? null;
}

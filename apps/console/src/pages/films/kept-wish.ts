import { useEffect, useState } from 'react';
import { type FilmWish, NO_WISH } from './film-wish.ts';

const keyOf = (projectId: string) => `visavis.new-film.${projectId}`;

/** What was chosen in this tab and not ordered yet; it outlives a page that is loaded anew. */
function keptWish(projectId: string): FilmWish {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(projectId)) ?? '{}');
    return { ...NO_WISH, ...(kept as Partial<FilmWish>) };
  } catch {
    return NO_WISH;
  }
}

/** Null: nothing is kept any more. */
export function keepWish(projectId: string, wish: FilmWish | null): void {
  try {
    if (wish === null) sessionStorage.removeItem(keyOf(projectId));
    else sessionStorage.setItem(keyOf(projectId), JSON.stringify(wish));
  } catch {
    // A text larger than the browser keeps: it is in the form all the same.
  }
}

export function useKeptWish(projectId: string) {
  const [wish, setWish] = useState(() => keptWish(projectId));
  useEffect(() => keepWish(projectId, wish), [projectId, wish]);
  return [wish, (part: Partial<FilmWish>) => setWish((current) => ({ ...current, ...part }))] as const;
}

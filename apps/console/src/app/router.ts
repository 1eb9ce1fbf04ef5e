import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function tellAll(): void {
  for (const listener of listeners) listener();
}

globalThis.addEventListener('popstate', tellAll);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Path of the page that is shown, without the query. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => globalThis.location.pathname);
}

/** Goes to an address of the console without loading the page anew. */
export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace) globalThis.history.replaceState(null, '', path);
  else globalThis.history.pushState(null, '', path);
  globalThis.scrollTo(0, 0);
  tellAll();
}

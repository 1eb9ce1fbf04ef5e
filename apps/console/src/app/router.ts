import { useSyncExternalStore } from 'react';
import { GuardedRouter } from './guarded-router.ts';

export const router = new GuardedRouter(globalThis.window);

export const { navigate } = router;

/** Path of the page that is shown, without the query. */
export function usePath(): string {
  return useSyncExternalStore(router.subscribe, () => router.path);
}

function subscribeToHash(listener: () => void): () => void {
  globalThis.addEventListener('hashchange', listener);
  return () => globalThis.removeEventListener('hashchange', listener);
}

/** What stands behind the path, with its `#`; it is sent to no server. */
export function useHash(): string {
  return useSyncExternalStore(subscribeToHash, () => globalThis.location.hash);
}

/** Whether a person is being asked what to do with what is unsaved. */
export function useIsAsking(): boolean {
  return useSyncExternalStore(router.subscribe, () => router.isAsking);
}

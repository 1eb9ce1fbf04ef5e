import { useSyncExternalStore } from 'react';
import { GuardedRouter } from './guarded-router.ts';

export const router = new GuardedRouter(globalThis.window);

export const { navigate } = router;

/** Path of the page that is shown, without the query. */
export function usePath(): string {
  return useSyncExternalStore(router.subscribe, () => router.path);
}

/** Whether a person is being asked what to do with what is unsaved. */
export function useIsAsking(): boolean {
  return useSyncExternalStore(router.subscribe, () => router.isAsking);
}

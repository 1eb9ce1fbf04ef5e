import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { runningEntryScript, servedEntryScript } from './build.ts';

/** Which build the page was loaded anew for: never twice for the same one. */
const reloadedForKey = 'visavis.reloaded-for';

/**
 * A component in a file of its own, loaded when it is first shown. A build that was replaced while the page was open
 * takes its files with it: then the page is loaded anew, once. Any other failure is for the boundary around it.
 */
export function part<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      const served = await servedEntryScript().catch(() => null);
      if (!isWorthReloading(served, runningEntryScript(), sessionStorage.getItem(reloadedForKey))) throw error;
      sessionStorage.setItem(reloadedForKey, served ?? '');
      globalThis.location.reload();
      return new Promise(() => undefined);
    }
  });
}

/** Whether another build is served than the one that runs, and the page was not yet loaded anew for it. */
export function isWorthReloading(served: string | null, running: string | null, reloadedFor: string | null): boolean {
  return served !== null && served !== running && served !== reloadedFor;
}

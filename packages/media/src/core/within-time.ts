import type { Clock } from './clock.ts';
import { deferred } from './deferred.ts';

/**
 * Resolves or rejects as the work does, and rejects with `message` when its time is up. `giveBack` then gets what it comes to after
 * all, for nobody else does.
 */
export async function withinTime<Result>(
  work: Promise<Result>,
  limit: { readonly clock: Clock; readonly limitMs: number; readonly message: string },
  giveBack: (late: Result) => void = () => {},
): Promise<Result> {
  const { promise: late, reject } = deferred<never>();
  const cancel = limit.clock.schedule(limit.limitMs, () => {
    reject(new Error(limit.message));
    work.then(giveBack, () => {});
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

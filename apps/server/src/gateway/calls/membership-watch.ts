import type { Admission, Licence } from '../../ports.ts';

/** How often it is asked: who is removed on another node talks on for so long at most. */
const LOOK_INTERVAL_MS = 60_000;

/**
 * Asks at once, since a member may be removed while his call is admitted, and then every minute, since that may happen on another
 * node; `end` is called when the caller is no member of the project any more. Gives what stops it.
 */
export function watchMembership(
  { isMember }: Pick<Admission, 'isMember'>,
  { projectId, memberId }: Pick<Licence, 'projectId' | 'memberId'>,
  end: () => void,
): () => void {
  if (memberId === undefined || isMember === undefined) return () => {};
  const look = () =>
    isMember(projectId, memberId).then(
      (holds) => {
        if (!holds) end();
      },
      // A database that is away for a while ends no call: it is asked again.
      () => {},
    );
  void look();
  const timer = setInterval(look, LOOK_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

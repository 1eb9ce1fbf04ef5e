const MINUTE_MS = 60_000;

/** For the file at an address. */
export const AVATAR_FETCH_LIMIT_MS = MINUTE_MS;
/** A picture takes some seconds: one that takes minutes holds others up for nothing. */
export const AVATAR_MAKING_LIMITS_MS: Readonly<Record<'picture' | 'video', number>> = {
  picture: 4 * MINUTE_MS,
  video: 15 * MINUTE_MS,
};
/** A bundle that is made is kept for so long for a store or a database that is away; less than the sweep of the store leaves alone. */
export const AVATAR_KEEPING_LIMIT_MS = 30 * MINUTE_MS;
/** A place on the machine, a process's start and end, what is written down. */
const REST_MS = 15 * MINUTE_MS;

/** An avatar takes no longer, whatever of it is slow. */
export const AVATAR_LIMIT_MS =
  AVATAR_FETCH_LIMIT_MS + AVATAR_MAKING_LIMITS_MS.video + AVATAR_KEEPING_LIMIT_MS + REST_MS;

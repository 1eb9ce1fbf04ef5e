const MINUTE_MS = 60_000;

/** For an address to answer, redirects and all. */
export const ANSWER_LIMIT_MS = 20_000;
/** For each of the two files of a film. */
export const FETCH_LIMIT_MS = 15 * MINUTE_MS;
/** A film whose files come in slowly leaves its place on the machine to others after this time. */
export const ASIDE_AFTER_MS = 5_000;
/** So long it waits for a place when they are there; then it goes back, and another machine may make it. */
export const PLACE_LIMIT_MS = 60 * MINUTE_MS;
/** The longest film, on a slow machine. */
export const MAKING_LIMIT_MS = 150 * MINUTE_MS;
/** So long a film that is made waits for a store or a database that is away; then it is made again another time. */
export const KEEPING_LIMIT_MS = 30 * MINUTE_MS;
/** Copies out of the store, a process's start and end, what is written down. */
const REST_MS = 30 * MINUTE_MS;

/** A film takes no longer, whatever of it is slow. */
export const FILM_LIMIT_MS = 2 * FETCH_LIMIT_MS + PLACE_LIMIT_MS + MAKING_LIMIT_MS + KEEPING_LIMIT_MS + REST_MS;

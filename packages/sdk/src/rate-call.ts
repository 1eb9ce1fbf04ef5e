import { type CallOptions, serverOrigin } from './call-options.ts';

/** The newest session of a call, and what shows the server that it was ours. */
export type RatedSession = { readonly sessionId: string; readonly ratingKey: string };

export type CallRating = 'up' | 'down';

/** Resolves to false when the server does not take it. */
export async function sendRating(
  options: CallOptions,
  session: RatedSession,
  rating: CallRating,
  text: string,
): Promise<boolean> {
  // In the body: addresses are kept in the logs of every proxy on the way. A form needs no preflight.
  const body = new URLSearchParams({ ...session, rating, text });
  try {
    const server = options.url === undefined ? serverOrigin(options.host) : new URL(options.url).origin;
    const address = `${server.replace(/^ws/, 'http')}/api/chat/ratings`;
    const { ok } = await fetch(address, { method: 'POST', body, credentials: 'omit' });
    return ok;
  } catch {
    return false;
  }
}

import type { TokenSource } from '../call-options.ts';

/** A site that does not answer must not keep a person waiting for ever. */
const timeoutMs = 15_000;

/** Asks the site's own server for a browser token: a POST that answers `{"token": "…"}`. */
export async function fetchToken(url: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'POST', headers: { accept: 'application/json' }, signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  const body: unknown = await response.json();
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : null;
  if (typeof token !== 'string' || token === '') throw new Error(`${url} answered without a token.`);
  return token;
}

/** The token that a page's own function gives for a call. */
export async function firstToken(getToken: TokenSource | undefined): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('getToken() did not answer in time.')), timeoutMs);
  });
  try {
    const token: unknown = await Promise.race([getToken?.(), late]);
    if (typeof token !== 'string' || token.trim() === '') throw new Error('getToken() gave no token.');
    return token.trim();
  } finally {
    clearTimeout(timer);
  }
}

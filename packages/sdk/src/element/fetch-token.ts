import { atMost } from '../at-most.ts';
import type { TokenSource } from '../call-options.ts';
import type { AvatarAttributes } from './avatar-attributes.ts';

/** A site that does not answer must not keep a person waiting for ever. */
const timeoutMs = 15_000;

/** Asks the site's own server for a browser token: a POST that answers `{"token": "…"}`. */
export async function fetchToken(url: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { method: 'POST', headers: { accept: 'application/json' }, signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    const body: unknown = await response.json();
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : null;
    if (typeof token !== 'string' || token.trim() === '') throw new Error(`${url} answered without a token.`);
    return token.trim();
  } catch (error) {
    throw signal.aborted ? new Error(`${url} did not answer in time.`) : error;
  }
}

/** What a call begins with: the key or token of the page, or one that its site or its own function gives. */
export async function firstLicense(
  { license, tokenUrl }: Pick<AvatarAttributes, 'license' | 'tokenUrl'>,
  getToken: TokenSource | undefined,
): Promise<string> {
  if (license !== '') return license;
  return tokenUrl === '' ? firstToken(getToken) : fetchToken(tokenUrl);
}

/** The token that a page's own function gives for a call. */
export async function firstToken(getToken: TokenSource | undefined): Promise<string> {
  const answer = await atMost(
    Promise.resolve(getToken?.()).then((token: unknown) => ({ token })),
    timeoutMs,
  );
  if (answer === false) throw new Error('getToken() did not answer in time.');
  const { token } = answer;
  if (typeof token !== 'string' || token.trim() === '') throw new Error('getToken() gave no token.');
  return token.trim();
}

import { refusal } from '../../control/control-error.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Request = {
  readonly method: string;
  /** With the port, as the client named it. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/**
 * Refuses requests that a page of another origin could have made with the user's cookie (cross-site request forgery).
 * Browsers that send `Sec-Fetch-Site` are judged by it, others by `Origin`. Without both it is no browser, or an old one:
 * then a JSON body is asked for, which no page can send to another origin unasked.
 */
export function refuseForeignOrigin({ method, host, headers }: Request): void {
  if (SAFE_METHODS.has(method)) return;
  if (!isOwn(host, headers)) {
    throw refusal('forbidden', 'other-site');
  }
}

function isOwn(host: string, headers: Request['headers']): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite === 'same-origin' || fetchSite === 'none';
  const { origin } = headers;
  if (typeof origin === 'string') return URL.canParse(origin) && new URL(origin).host === host;
  const contentType = headers['content-type'];
  return typeof contentType === 'string' && contentType.startsWith('application/json');
}

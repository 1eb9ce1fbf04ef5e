import type { FastifyInstance } from 'fastify';
import { FOR } from './access/access.ts';
import { readParameter } from './open-rest/envelope.ts';
import { contentSecurityPolicy } from './security-headers.ts';

/** Origins of the pages that may show a call with this key or token in a frame; empty: every page. */
export type FramingOrigins = (license: string) => Promise<readonly string[]>;

type EmbedPageOptions = { readonly isBuilt: boolean; readonly framingOrigins: FramingOrigins };

/** An origin as `frame-ancestors` takes it, and nothing that could end the directive. */
const ORIGIN = /^https?:\/\/[A-Za-z0-9.\-[\]:]{1,260}$/;

/**
 * `GET /embed?avatar=…&token=…` (or `license=…`): a page with one avatar and nothing else, for frames of other sites. A key
 * with allowed origins can be framed by those alone: the socket sees this server's own page as the origin.
 */
export function registerEmbedPage(app: FastifyInstance, { isBuilt, framingOrigins }: EmbedPageOptions): void {
  if (!isBuilt) return;
  app.get('/embed', { config: FOR.everyone }, async (request, reply) => {
    const license = readParameter(request, 'token') || readParameter(request, 'license') || '';
    const origins = license === '' ? [] : await framingOrigins(license);
    const ancestors =
      origins.length === 0 ? '*' : ["'self'", ...origins.filter((origin) => ORIGIN.test(origin))].join(' ');
    return reply
      .header('content-security-policy', contentSecurityPolicy(request.host, ancestors))
      .header('cache-control', 'no-store')
      .sendFile('embed/page.html', { cacheControl: false });
  });
}

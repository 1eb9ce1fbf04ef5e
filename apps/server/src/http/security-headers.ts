import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A host name or IP address with an optional port, and nothing that could end a directive. */
const HOST = /^[A-Za-z0-9.\-[\]:]{1,260}$/;

/**
 * Safari does not count a WebSocket to the same host as `'self'`, so it is named. `frameAncestors`: pages that may show
 * this one in a frame.
 */
export function contentSecurityPolicy(host: string, frameAncestors = "'self'"): string {
  const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    `connect-src 'self'${sockets}`,
    "img-src 'self' blob:",
    "media-src 'self' blob: mediastream:",
    "style-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}

/** Browsers that came by https come back by https only, for a year (RFC 6797). Under `includeSubDomains` others might suffer. */
const STRICT_TRANSPORT = 'max-age=31536000';

export function registerSecurityHeaders(
  app: FastifyInstance,
  { isTransportTrusted }: { readonly isTransportTrusted: boolean },
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy(request.host),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'permissions-policy': 'camera=(self), microphone=(self), autoplay=(self), geolocation=()',
    });
    if (isTransportTrusted && request.protocol === 'https' && isPublicName(request.hostname)) {
      reply.header('strict-transport-security', STRICT_TRANSPORT);
    }
  });
}

/** `localhost` is shared with other servers on this machine, and addresses have no certificates of authorities. */
function isPublicName(hostName: string): boolean {
  const name = hostName.replace(/\.$/, '').toLowerCase();
  const isAddress = name.startsWith('[') || isIP(name) !== 0;
  return !isAddress && name.includes('.') && !name.endsWith('.localhost') && !name.endsWith('.local');
}

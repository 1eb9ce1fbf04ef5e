import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ControlError } from '../../control/control-error.ts';
import type { HostNames } from './host-names.ts';
import { cleanForwardedFor } from './trusted-proxies.ts';

/** A name of letters, digits, hyphens and underscores, or an IPv6 address in brackets, with a port if there is one. */
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
/** Some proxies name the protocol of the socket. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
]);

/**
 * Looks at what a request says of where it was sent to, before anything else believes it: by which name, by which protocol,
 * through which proxies. Sockets pass here too, before they are opened.
 */
export function registerEdgeGuard(app: FastifyInstance, hostNames: HostNames | undefined): void {
  app.addHook('onRequest', async (request) => {
    cleanForwarded(request);
    refuseOddHosts(request);
    if (hostNames !== undefined) refuseForeignNames(request, hostNames);
  });
}

function cleanForwarded(request: FastifyRequest): void {
  const { headers } = request.raw;
  const addresses = headers['x-forwarded-for'];
  if (addresses !== undefined) {
    const clean = cleanForwardedFor([addresses].flat().join(','));
    if (clean === undefined) delete headers['x-forwarded-for'];
    else headers['x-forwarded-for'] = clean;
  }
  const protocols = headers['x-forwarded-proto'];
  if (protocols === undefined) return;
  const known = [protocols]
    .flat()
    .join(',')
    .split(',')
    .map((protocol) => PROTOCOLS.get(protocol.trim().toLowerCase()));
  if (known.includes(undefined)) {
    throw new ControlError('bad-request', 'X-Forwarded-Proto is neither http nor https. Look at the proxy’s settings.');
  }
  headers['x-forwarded-proto'] = known.join(', ');
}

function refuseOddHosts({ raw, host }: FastifyRequest): void {
  const hostHeaders = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  const given = [raw.headers.host, host].filter((name) => name !== undefined && name !== '');
  if (hostHeaders.length > 1 || !given.every((name) => HOST.test(name as string))) {
    throw new ControlError(
      'bad-request',
      'The Host header names no host. Look at the address, or at the proxy’s settings.',
    );
  }
}

/** Both names count: a page can send any `X-Forwarded-Host`, and a proxy may pass it on. */
function refuseForeignNames({ raw, host }: FastifyRequest, hostNames: HostNames): void {
  for (const given of [raw.headers.host, host]) {
    if (given === undefined || given === '') continue;
    const name = given.replace(/:\d{1,5}$/, '');
    if (hostNames.has(name)) continue;
    throw new ControlError(
      'unknown-host',
      `This server does not go by the name ${name}. If it should, start it with ALLOWED_HOSTS=${name}, or PUBLIC_URL=https://${name}; behind a proxy, see "Reverse proxy" in docs/deployment.md.`,
    );
  }
}

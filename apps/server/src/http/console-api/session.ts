import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Client } from '../../control/accounts/client.ts';
import type { Actor } from '../../control/audit/audit-log.ts';
import { fromIncomingCookies, toOutgoingCookie } from './cookie-names.ts';

/** Routes whose parameters, bodies and answers are described by zod schemas. */
export type ConsoleScope = FastifyInstance<
  RawServerDefault,
  FastifyRequest['raw'],
  FastifyReply['raw'],
  FastifyBaseLogger,
  ZodTypeProvider
>;

export function clientOf(request: FastifyRequest): Client {
  const cookie = fromIncomingCookies(request.headers.cookie, isSecure(request));
  return { cookie, userAgent: request.headers['user-agent'], ipAddress: request.ip };
}

/** Cookies travel over TLS only wherever the page came that way. */
export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: readonly string[]): void {
  for (const cookie of cookies) reply.header('set-cookie', toOutgoingCookie(cookie, isSecure(request)));
}

function isSecure({ protocol }: FastifyRequest): boolean {
  return protocol === 'https';
}

/** Who did what the audit log keeps. */
export function actorOf(request: FastifyRequest): Actor {
  const { principal } = request;
  return { userId: principal !== null && 'user' in principal ? principal.user.userId : null, ipAddress: request.ip };
}

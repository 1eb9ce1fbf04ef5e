import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Accounts, User } from '../../control/accounts/accounts.ts';
import type { Client } from '../../control/accounts/client.ts';
import type { Actor } from '../../control/audit/audit-log.ts';
import { ControlError } from '../../control/control-error.ts';

/** Routes whose parameters, bodies and answers are described by zod schemas. */
export type ConsoleScope = FastifyInstance<
  RawServerDefault,
  FastifyRequest['raw'],
  FastifyReply['raw'],
  FastifyBaseLogger,
  ZodTypeProvider
>;

export type LoggedIn = { readonly user: User; readonly sessionId: string };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in; null outside the routes that need it. */
    loggedIn: LoggedIn | null;
  }
}

export function clientOf(request: FastifyRequest): Client {
  const { cookie } = request.headers;
  return { cookie, userAgent: request.headers['user-agent'], ipAddress: request.ip };
}

/** Cookies travel over TLS only wherever the page came that way. */
export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: readonly string[]): void {
  for (const cookie of cookies) {
    const secure = request.protocol === 'https' && !/;\s*secure/i.test(cookie) ? '; Secure' : '';
    reply.header('set-cookie', `${cookie}${secure}`);
  }
}

/** A hook that lets only logged-in people through. */
export function requireLogin(accounts: Accounts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { value, setCookies: cookies } = await accounts.session(clientOf(request));
    if (value === null) throw new ControlError('not-logged-in', 'Log in first.');
    setCookies(request, reply, cookies);
    request.loggedIn = value;
  };
}

export function loggedInOf(request: FastifyRequest): LoggedIn {
  if (request.loggedIn === null) throw new ControlError('not-logged-in', 'Log in first.');
  return request.loggedIn;
}

export function actorOf(request: FastifyRequest): Actor {
  return { userId: request.loggedIn?.user.userId ?? null, ipAddress: request.ip };
}

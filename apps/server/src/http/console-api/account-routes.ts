import {
  auditEntrySchema,
  authOptionsSchema,
  changePasswordSchema,
  currentUserSchema,
  emptySchema,
  loginSchema,
  pageOf,
  pageQuerySchema,
  publicIdSchema,
  registerSchema,
  renameUserSchema,
  requestResetSchema,
  resetPasswordSchema,
  userSchema,
  userSessionSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { Accounts, User } from '../../control/accounts/accounts.ts';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { ServerLog } from '../../control/audit/server-log.ts';
import { FOR } from '../access/access.ts';
import { personOf } from '../access/principal.ts';
import { readCursor, toEntryPage } from './cursor.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope, clientOf, setCookies } from './session.ts';
import { toWire } from './to-wire.ts';

const tags = ['Accounts'];

export type AccountRouteDependencies = { readonly accounts: Accounts; readonly audit: AuditLog };

export type AuditRouteDependencies = { readonly serverLog: ServerLog };

/** Routes for people who are not logged in yet. */
export function registerLoginRoutes(scope: ConsoleScope, { accounts }: AccountRouteDependencies): void {
  scope.get(
    '/auth/options',
    { config: FOR.everyone, schema: { tags, summary: 'How one gets in', response: { 200: authOptionsSchema } } },
    () => accounts.options(),
  );

  scope.get(
    '/auth/session',
    { config: FOR.everyone, schema: { tags, summary: 'Who is logged in', response: { 200: currentUserSchema } } },
    async (request, reply) => {
      const { value, setCookies: cookies } = await accounts.session(clientOf(request));
      setCookies(request, reply, cookies);
      return { user: value === null ? null : toUser(value.user) };
    },
  );

  scope.post(
    '/auth/register',
    {
      config: FOR.everyone,
      schema: { tags, summary: 'Make an account and log in', body: registerSchema, response: { 201: userSchema } },
    },
    async (request, reply) => {
      const { value, setCookies: cookies } = await accounts.register(clientOf(request), given(request.body));
      setCookies(request, reply, cookies);
      return reply.code(201).send(toUser(value));
    },
  );

  scope.post(
    '/auth/login',
    { config: FOR.everyone, schema: { tags, summary: 'Log in', body: loginSchema, response: { 200: userSchema } } },
    async (request, reply) => {
      const { value, setCookies: cookies } = await accounts.login(clientOf(request), request.body);
      setCookies(request, reply, cookies);
      return toUser(value);
    },
  );

  scope.post(
    '/auth/password-reset/request',
    {
      config: FOR.everyone,
      schema: {
        tags,
        summary: 'Ask for a mail with a link that resets the password',
        body: requestResetSchema,
        response: { 202: emptySchema },
      },
    },
    async (request, reply) => {
      await accounts.requestPasswordReset(clientOf(request), request.body.email);
      return reply.code(202).send({});
    },
  );

  scope.post(
    '/auth/password-reset',
    {
      config: FOR.everyone,
      schema: {
        tags,
        summary: 'Set a new password with the token of the mail',
        body: resetPasswordSchema,
        response: { 200: emptySchema },
      },
    },
    async (request, reply) => {
      const { setCookies: cookies } = await accounts.resetPassword(clientOf(request), request.body);
      setCookies(request, reply, cookies);
      return {};
    },
  );
}

/** Routes for the account of whoever is logged in. */
export function registerAccountRoutes(scope: ConsoleScope, { accounts, audit }: AccountRouteDependencies): void {
  scope.post(
    '/auth/logout',
    { config: FOR.loggedIn, schema: { tags, summary: 'Log out here', response: { 200: emptySchema } } },
    async (request, reply) => {
      const { setCookies: cookies } = await accounts.logout(clientOf(request));
      setCookies(request, reply, cookies);
      return {};
    },
  );

  scope.post(
    '/auth/logout-everywhere',
    {
      config: FOR.loggedIn,
      schema: { tags, summary: 'Log out on every device', response: { 200: z.object({ ended: z.int() }) } },
    },
    async (request) => {
      const ended = await accounts.endAllSessions(personOf(request).user.userId);
      await audit.write(actorOf(request), { action: 'user.logged-out-everywhere', detail: { ended } });
      return { ended };
    },
  );

  scope.get(
    '/auth/sessions',
    {
      config: FOR.loggedIn,
      schema: { tags, summary: 'Where one is logged in', response: { 200: z.array(userSessionSchema) } },
    },
    async (request) => {
      const { user, sessionId } = personOf(request);
      const sessions = await accounts.sessions(user.userId);
      return sessions.map((session) => ({ ...toWire(session), isCurrent: session.sessionId === sessionId }));
    },
  );

  scope.delete(
    '/auth/sessions/:sessionId',
    {
      config: FOR.loggedIn,
      schema: {
        tags,
        summary: 'Log out one device',
        params: z.object({ sessionId: publicIdSchema }),
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      const { sessionId } = request.params;
      await accounts.endSession(personOf(request).user.userId, sessionId);
      await audit.write(actorOf(request), { action: 'user.session-ended', subjectId: sessionId });
      return {};
    },
  );

  scope.patch(
    '/auth/me',
    {
      config: FOR.loggedIn,
      schema: { tags, summary: 'Change one’s name', body: renameUserSchema, response: { 200: userSchema } },
    },
    async (request) => toUser(await accounts.rename(personOf(request).user.userId, request.body.name)),
  );

  scope.post(
    '/auth/password',
    {
      config: FOR.loggedIn,
      schema: {
        tags,
        summary: 'Change the password; logs out everywhere else',
        body: changePasswordSchema,
        response: { 200: emptySchema },
      },
    },
    async (request, reply) => {
      const { setCookies: cookies } = await accounts.changePassword(personOf(request), clientOf(request), request.body);
      setCookies(request, reply, cookies);
      return {};
    },
  );
}

/** The audit log, and what operators alone may see. */
export function registerAuditRoutes(
  scope: ConsoleScope,
  { accounts, audit, serverLog }: AccountRouteDependencies & AuditRouteDependencies,
): void {
  scope.get(
    '/audit',
    {
      config: FOR.loggedIn,
      schema: {
        tags,
        summary: 'What one did, and what was done in projects that one owns; newest first',
        querystring: pageQuerySchema,
        response: { 200: pageOf(auditEntrySchema) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { userId } = personOf(request).user;
      const entries = await audit.list({ userId, limit: limit + 1, ...readCursor(cursor) });
      return toEntryPage(entries, limit);
    },
  );

  scope.get(
    '/operator/log',
    {
      config: FOR.operator,
      schema: {
        tags,
        summary:
          'Refused attempts, bounds that were reached and workers that were replaced; newest first, for operators',
        querystring: pageQuerySchema,
        response: { 200: pageOf(auditEntrySchema) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      await serverLog.flush();
      return toEntryPage(await serverLog.list({ limit: limit + 1, ...readCursor(cursor) }), limit);
    },
  );

  scope.get(
    '/users',
    {
      config: FOR.operator,
      schema: { tags, summary: 'All users; for operators', response: { 200: z.array(userSchema) } },
    },
    async () => (await accounts.listUsers()).map(toUser),
  );
}

function toUser(user: User): z.input<typeof userSchema> {
  return toWire(user);
}

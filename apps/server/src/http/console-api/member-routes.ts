import {
  createdInvitationSchema,
  createInvitationSchema,
  emptySchema,
  invitationParamsSchema,
  invitationSchema,
  joinedSchema,
  memberParamsSchema,
  memberSchema,
  pageOf,
  projectAuditEntrySchema,
  projectAuditQuerySchema,
  projectParamsSchema,
  secretOfInvitationSchema,
  shownInvitationSchema,
  updateMemberSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { Accounts } from '../../control/accounts/accounts.ts';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { type Invitations, invitationPath } from '../../control/projects/invitations.ts';
import type { Members } from '../../control/projects/members.ts';
import { FOR } from '../access/access.ts';
import { personOf, projectOf } from '../access/principal.ts';
import { readCursor, toEntryPage } from './cursor.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope, clientOf } from './session.ts';
import { toWire } from './to-wire.ts';

export type MemberRouteDependencies = { readonly members: Members; readonly invitations: Invitations };

const tags = ['Members'];
const params = projectParamsSchema;

export function registerMemberRoutes(scope: ConsoleScope, { members }: MemberRouteDependencies): void {
  scope.get(
    '/projects/:projectId/members',
    {
      config: FOR.viewer,
      schema: { tags, summary: 'Who is in the project, as what', params, response: { 200: z.array(memberSchema) } },
    },
    async (request) => (await members.list(projectOf(request).projectId)).map(toWire),
  );

  scope.patch(
    '/projects/:projectId/members/:userId',
    {
      config: FOR.owner,
      schema: {
        tags,
        summary: 'Give a member another role; one owner remains',
        params: memberParamsSchema,
        body: updateMemberSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      await members.setRole(actorOf(request), projectId, request.params.userId, request.body.role);
      return {};
    },
  );

  scope.delete(
    '/projects/:projectId/members/:userId',
    {
      config: FOR.owner,
      schema: {
        tags,
        summary: 'Remove a member, who has no access from then on; one owner remains',
        params: memberParamsSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      await members.remove(actorOf(request), projectOf(request).projectId, request.params.userId);
      return {};
    },
  );

  scope.post(
    '/projects/:projectId/leave',
    {
      config: FOR.viewer,
      schema: { tags, summary: 'Leave a project; its last owner cannot', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { userId } = personOf(request).user;
      await members.leave({ ...actorOf(request), userId }, projectOf(request).projectId);
      return {};
    },
  );
}

export function registerInvitationRoutes(
  scope: ConsoleScope,
  { invitations, accounts }: MemberRouteDependencies & { readonly accounts: Pick<Accounts, 'session'> },
): void {
  scope.get(
    '/projects/:projectId/invitations',
    {
      config: FOR.owner,
      schema: { tags, summary: 'Open invitations', params, response: { 200: z.array(invitationSchema) } },
    },
    async (request) => (await invitations.list(projectOf(request).projectId)).map(toWire),
  );

  scope.post(
    '/projects/:projectId/invitations',
    {
      config: FOR.owner,
      schema: {
        tags,
        summary: 'Invite somebody; the answer shows the link',
        params,
        body: createInvitationSchema,
        response: { 201: createdInvitationSchema },
      },
    },
    async (request, reply) => {
      const { userId } = personOf(request).user;
      const { projectId } = projectOf(request);
      const made = await invitations.create({ ...actorOf(request), userId }, projectId, request.body);
      const { secret, ...shown } = made;
      return reply.code(201).send({ ...toWire(shown), path: invitationPath(secret) });
    },
  );

  scope.delete(
    '/projects/:projectId/invitations/:invitationId',
    {
      config: FOR.owner,
      schema: {
        tags,
        summary: 'Withdraw an invitation',
        params: invitationParamsSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      await invitations.withdraw(actorOf(request), projectOf(request).projectId, request.params.invitationId);
      return {};
    },
  );

  // The secret travels in bodies: addresses stand in the logs of proxies.
  scope.post(
    '/invitations/look',
    {
      config: FOR.everyone,
      schema: {
        tags,
        summary: 'Who invites to which project as what; for whoever has the link',
        body: secretOfInvitationSchema,
        response: { 200: shownInvitationSchema },
      },
    },
    async (request) => {
      const { value } = await accounts.session(clientOf(request));
      return toWire(await invitations.look({ user: value?.user ?? null, ipAddress: request.ip }, request.body.secret));
    },
  );

  scope.post(
    '/invitations/accept',
    {
      config: FOR.loggedIn,
      schema: {
        tags,
        summary: 'Become a member by an invitation',
        body: secretOfInvitationSchema,
        response: { 200: joinedSchema },
      },
    },
    async (request) => {
      const { userId, email } = personOf(request).user;
      return invitations.accept({ userId, email, ipAddress: request.ip }, request.body.secret);
    },
  );
}

export function registerProjectAuditRoutes(scope: ConsoleScope, { audit }: { readonly audit: AuditLog }): void {
  scope.get(
    '/projects/:projectId/audit',
    {
      config: { ...FOR.owner, readsMuch: true },
      schema: {
        tags: ['Audit'],
        summary: 'Who did what in the project, when and from where; newest first',
        params,
        querystring: projectAuditQuerySchema,
        response: { 200: pageOf(projectAuditEntrySchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { limit, cursor, ...filter } = request.query;
      const query = { projectId, ...given(filter), limit: limit + 1, ...readCursor(cursor) };
      return toEntryPage(await audit.listProject(query), limit);
    },
  );
}

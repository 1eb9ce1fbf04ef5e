import { queryOptions } from '@tanstack/react-query';
import type { Invitation, Member, ProjectAuditEntry, ShownInvitation } from '@visavis/protocol/rest';
import { queryOf, request } from './client.ts';
import type { Page } from './queries.ts';

export const membersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['members', projectId],
    queryFn: () => request<Member[]>('GET', `/projects/${projectId}/members`),
  });

export const invitationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['invitations', projectId],
    queryFn: () => request<Invitation[]>('GET', `/projects/${projectId}/invitations`),
  });

/** `userId`: who asks; null: nobody is logged in. What is told depends on it. */
export const shownInvitationQuery = (secret: string, userId: string | null) =>
  queryOptions({
    queryKey: ['invitation', secret, userId],
    queryFn: () => request<ShownInvitation>('POST', '/invitations/look', { secret }),
  });

/** A page of the audit log; see `projectAuditQuerySchema` for what can be asked. */
export const fetchAudit = (projectId: string, query: Readonly<Record<string, string | number | null>>) =>
  request<Page<ProjectAuditEntry>>('GET', `/projects/${projectId}/audit${queryOf(query)}`);

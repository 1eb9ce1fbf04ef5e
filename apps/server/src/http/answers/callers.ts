import type { FastifyRequest } from 'fastify';
import { addressGroup } from '../../control/accounts/attempt-limiter.ts';

/** Who asks: a person, a key of one's own, or, where all have the same key or none, an address. */
export function callerOf(request: FastifyRequest): string {
  const { principal } = request;
  if (principal !== null && 'user' in principal) return `user ${principal.user.userId}`;
  if (principal?.kind === 'key') return `key ${principal.licence.licenceId}`;
  return `address ${addressGroup(request.ip)}`;
}

/** The project that is read, however many keys and members it has; otherwise the caller. */
export function readerOf(request: FastifyRequest): string {
  const { principal, project } = request;
  if (project !== null) return `project ${project.projectId}`;
  return principal?.kind === 'key' ? `project ${principal.licence.projectId}` : callerOf(request);
}

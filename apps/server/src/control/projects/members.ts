import type { ProjectRole } from '@visavis/protocol';
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { projectInvitations, projectMembers, users } from '../../db/account-schema.ts';
import type { Database, Orm } from '../../db/database.ts';
import { licenceKeys } from '../../db/schema.ts';
import { browserTokens } from '../../db/usage-schema.ts';
import type { Actor, AuditLog } from '../audit/audit-log.ts';
import { notFound, refusal } from '../control-error.ts';
import { alone, lock, type Quotas, quotaReached } from '../quotas/quotas.ts';
import { countOwned } from './projects.ts';

export type Member = {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: ProjectRole;
  readonly joinedAt: Date;
};

export type MembersOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly audit: AuditLog;
  readonly quotas: Pick<Quotas, 'projectsPerUser'>;
  /** Live calls of this node. */
  readonly calls: { endCallsOfMember(projectId: string, userId: string): number };
};

const memberColumns = {
  userId: users.id,
  name: users.name,
  email: users.email,
  role: projectMembers.role,
  joinedAt: projectMembers.createdAt,
};

/** Who is in a project, as what. Every change has the project's row to itself: an owner remains, however many leave at once. */
export class Members {
  readonly #options: MembersOptions;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  list(projectId: string): Promise<Member[]> {
    return this.#options.db.orm
      .select(memberColumns)
      .from(projectMembers)
      .innerJoin(users, eq(users.id, projectMembers.userId))
      .where(eq(projectMembers.projectId, projectId))
      .orderBy(asc(projectMembers.createdAt), asc(users.ordinal));
  }

  /** By an owner, for anybody in the project. Throws `conflict` for the last owner. */
  async setRole(actor: Actor, projectId: string, userId: string, role: ProjectRole): Promise<void> {
    const former = await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      await requireOwner(transaction, projectId, actor);
      const before = await roleIn(transaction, projectId, userId);
      if (before === null) throw notFound('member');
      if (before === role) return role;
      if (before === 'owner') await requireOtherOwner(transaction, projectId);
      if (role === 'owner') await requireRoomToOwn(transaction, userId, this.#options.quotas);
      await transaction.update(projectMembers).set({ role }).where(isMember(projectId, userId));
      if (before === 'owner') await takeInvitationsBack(transaction, projectId, userId);
      return before;
    });
    if (former === role) return;
    const event = { action: 'member.role-changed', projectId, subjectId: userId, detail: { from: former, to: role } };
    await this.#options.audit.write(actor, event);
  }

  /** By an owner. Throws `conflict` for the last owner. */
  async remove(actor: Actor, projectId: string, userId: string): Promise<void> {
    await this.#end(projectId, userId, (transaction) => requireOwner(transaction, projectId, actor));
    const action = actor.userId === userId ? 'member.left' : 'member.removed';
    await this.#options.audit.write(actor, { action, projectId, subjectId: userId });
  }

  /** Throws `conflict` for the last owner. */
  async leave(actor: Actor & { readonly userId: string }, projectId: string): Promise<void> {
    await this.#end(projectId, actor.userId);
    await this.#options.audit.write(actor, { action: 'member.left', projectId, subjectId: actor.userId });
  }

  /** With all that hangs on it: open invitations, tokens of the playground, calls there that still go on. */
  async #end(projectId: string, userId: string, check?: (transaction: Orm) => Promise<void>): Promise<void> {
    await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      await check?.(transaction);
      const role = await roleIn(transaction, projectId, userId);
      if (role === null) throw notFound('member');
      if (role === 'owner') await requireOtherOwner(transaction, projectId);
      await transaction.delete(projectMembers).where(isMember(projectId, userId));
      await takeInvitationsBack(transaction, projectId, userId);
      await endTokens(transaction, projectId, userId);
    });
    this.#options.calls.endCallsOfMember(projectId, userId);
  }
}

/** Null: no member. */
export async function roleIn(orm: Pick<Orm, 'select'>, projectId: string, userId: string): Promise<ProjectRole | null> {
  const [row] = await orm.select({ role: projectMembers.role }).from(projectMembers).where(isMember(projectId, userId));
  return row?.role ?? null;
}

/** Once more where the project's row is held: whoever was an owner when the request came in may be none any more. */
export async function requireOwner(orm: Pick<Orm, 'select'>, projectId: string, { userId }: Actor): Promise<void> {
  if (userId === null || (await roleIn(orm, projectId, userId)) !== 'owner') throw refusal('forbidden', 'owners-only');
}

/** Throws `quota-reached` for whoever owns as many projects as a user may; holds the user's row. */
export async function requireRoomToOwn(
  transaction: Orm,
  userId: string,
  { projectsPerUser }: Pick<Quotas, 'projectsPerUser'>,
): Promise<void> {
  await lock(transaction, { what: 'user', id: userId });
  if ((await countOwned(transaction, userId)) >= projectsPerUser) throw quotaReached('owner-full', projectsPerUser);
}

async function requireOtherOwner(transaction: Orm, projectId: string): Promise<void> {
  const isOwner = and(eq(projectMembers.projectId, projectId), eq(projectMembers.role, 'owner'));
  if ((await transaction.$count(projectMembers, isOwner)) < 2) throw refusal('conflict', 'last-owner');
}

async function takeInvitationsBack(transaction: Orm, projectId: string, userId: string): Promise<void> {
  const { projectId: ofProject, invitedBy, acceptedBy } = projectInvitations;
  await transaction
    .delete(projectInvitations)
    .where(and(eq(ofProject, projectId), eq(invitedBy, userId), isNull(acceptedBy)));
}

async function endTokens(transaction: Orm, projectId: string, userId: string): Promise<void> {
  const keys = transaction.select({ id: licenceKeys.id }).from(licenceKeys).where(eq(licenceKeys.projectId, projectId));
  await transaction
    .delete(browserTokens)
    .where(and(eq(browserTokens.userId, userId), inArray(browserTokens.licenceId, keys)));
}

function isMember(projectId: string, userId: string) {
  return and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, userId));
}

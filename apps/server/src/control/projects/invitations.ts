import { createHash, randomBytes } from 'node:crypto';
import { LIMITS, type ProjectRole } from '@visavis/protocol';
import { and, desc, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import { projectInvitations, projectMembers, users } from '../../db/account-schema.ts';
import type { Database, Orm } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { type AttemptLimiter, addressGroup } from '../accounts/attempt-limiter.ts';
import { invitationMail, type SendLink } from '../accounts/mails.ts';
import { maskedAddress } from '../accounts/masked-address.ts';
import type { Actor, AuditLog } from '../audit/audit-log.ts';
import { notFound, refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { alone, type Quotas, quotaReached } from '../quotas/quotas.ts';
import { requireOwner, requireRoomToOwn, roleIn } from './members.ts';

export type Invitation = {
  readonly invitationId: string;
  /** Only the account with this address may accept it; null: whoever has the link. */
  readonly email: string | null;
  readonly role: ProjectRole;
  /** Name of the owner who made it. */
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

type ShownInvitation = Pick<Invitation, 'email' | 'role' | 'invitedBy' | 'expiresAt'> & {
  readonly projectId: string;
  readonly projectName: string;
  /** What the asker is in the project already; null: no member, or not known. */
  readonly memberRole: ProjectRole | null;
};

export type InvitationsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly limiter: AttemptLimiter;
  readonly audit: AuditLog;
  readonly quotas: Pick<Quotas, 'membersPerProject' | 'projectsPerUser'>;
  /** Null: this server sends no mail. */
  readonly sendLink: SendLink | null;
};

type Asker = { readonly user: { readonly userId: string; readonly email: string } | null; readonly ipAddress: string };

const HOUR_MS = 3_600_000;
const SECRET_BYTES = 24;
/** Of one owner in an hour: each may be a mail to a stranger. */
const MADE_PER_HOUR = 50;
/** Wrong secrets of one address in an hour. */
const GUESSES_PER_HOUR = 20;

/** Below this server's address. What stands behind the # is sent to no server, and stands in no log of a proxy. */
export function invitationPath(secret: string): string {
  return `/console/invitation#${secret}`;
}

/** Ways into projects. Only a digest of what a link holds is stored; each link lets in one person, once. */
export class Invitations {
  readonly #options: InvitationsOptions;
  readonly #orm: Database['orm'];

  constructor(options: InvitationsOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
  }

  /** Those that are open, newest first. */
  list(projectId: string): Promise<Invitation[]> {
    return this.#orm
      .select(columns)
      .from(projectInvitations)
      .innerJoin(users, eq(users.id, projectInvitations.invitedBy))
      .where(and(eq(projectInvitations.projectId, projectId), isOpen))
      .orderBy(desc(projectInvitations.ordinal));
  }

  /** By an owner. One for an address takes the place of the open one for it. */
  async create(
    actor: Actor & { readonly userId: string },
    projectId: string,
    { email: wantedEmail, role }: { email: string | null; role: ProjectRole },
  ): Promise<Invitation & { readonly secret: string; readonly isMailed: boolean }> {
    const { limiter, db, audit, sendLink } = this.#options;
    await limiter.take([{ what: 'invite', subject: actor.userId, limit: MADE_PER_HOUR, windowMs: HOUR_MS }]);
    const email = wantedEmail?.toLowerCase() ?? null;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const invitationId = newPublicId();
    await alone(db, { what: 'project', id: projectId }, async (transaction) => {
      await requireOwner(transaction, projectId, actor);
      if (email !== null) await makeWayFor(transaction, projectId, email);
      await requireRoomFor(transaction, projectId, this.#options.quotas);
      await transaction.insert(projectInvitations).values({
        id: invitationId,
        projectId,
        secretHash: hashOf(secret),
        email,
        role,
        invitedBy: actor.userId,
        expiresAt: sql`now() + ${LIMITS.counts.invitationDays} * interval '1 day'`,
      });
    });
    const detail = toDetail({ role, email });
    const event = { action: 'member.invited', projectId, subjectId: invitationId, detail };
    await audit.write(actor, event);
    const found = await this.#find(secret);
    if (found === null) throw notFound('invitation');
    const { invitation, projectName } = found;
    const isMailed = email !== null && sendLink !== null;
    if (isMailed) {
      const mail = { email, invitedBy: invitation.invitedBy, projectName };
      sendLink(invitationPath(secret), (address) => invitationMail(mail, address));
    }
    return { ...invitation, secret, isMailed };
  }

  /** By an owner. */
  async withdraw(actor: Actor, projectId: string, invitationId: string): Promise<void> {
    const detail = await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      await requireOwner(transaction, projectId, actor);
      const [withdrawn] = await transaction
        .delete(projectInvitations)
        .where(and(eq(projectInvitations.projectId, projectId), eq(projectInvitations.id, invitationId), isOpen))
        .returning({ email: projectInvitations.email, role: projectInvitations.role });
      if (withdrawn === undefined) throw notFound('invitation');
      return toDetail(withdrawn);
    });
    const event = { action: 'member.invitation-withdrawn', projectId, subjectId: invitationId, detail };
    await this.#options.audit.write(actor, event);
  }

  /**
   * What whoever has the link is told. Throws `not-found` for one that is unknown, has expired, or was withdrawn or used; only
   * whoever used it, and still is a member, sees what came of it. The address is whole for whoever is logged in with it, else masked.
   */
  async look({ user, ipAddress }: Asker, secret: string): Promise<ShownInvitation> {
    const userId = user?.userId ?? null;
    const found = await this.#find(secret);
    const memberRole = found === null || userId === null ? null : await roleIn(this.#orm, found.projectId, userId);
    if (found !== null && (found.acceptedBy === null || (found.acceptedBy === userId && memberRole !== null))) {
      const { projectId, projectName, invitation } = found;
      const { email, role, invitedBy, expiresAt } = invitation;
      const isTheirs = email === null || email === user?.email.toLowerCase();
      const shownEmail = isTheirs ? email : maskedAddress(email);
      return { projectId, projectName, role, invitedBy, expiresAt, email: shownEmail, memberRole };
    }
    await this.#noteGuess(ipAddress);
    throw gone();
  }

  /** Makes the user a member. Throws `conflict` for whoever is one already, and changes nothing then. */
  async accept(
    user: { readonly userId: string; readonly email: string; readonly ipAddress: string },
    secret: string,
  ): Promise<{ readonly projectId: string; readonly role: ProjectRole }> {
    const found = await this.#find(secret);
    if (found === null) {
      await this.#noteGuess(user.ipAddress);
      throw gone();
    }
    const { projectId, invitation } = found;
    const { role, email } = invitation;
    const { userId } = user;
    await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      if ((await roleIn(transaction, projectId, userId)) !== null) throw refusal('conflict', 'already-member');
      if (email !== null && email !== user.email.toLowerCase()) throw refusal('forbidden', 'invitation-of-another');
      const used = await transaction
        .update(projectInvitations)
        .set({ acceptedBy: userId })
        .where(and(eq(projectInvitations.secretHash, hashOf(secret)), isOpen))
        .returning({ id: projectInvitations.id });
      if (used.length === 0) throw gone();
      await this.#requireRoom(transaction, projectId, userId, role);
      await transaction.insert(projectMembers).values({ projectId, userId, role });
    });
    const event = { action: 'member.joined', projectId, subjectId: userId, detail: { role } };
    await this.#options.audit.write({ userId, ipAddress: user.ipAddress }, event);
    return { projectId, role };
  }

  /** Whether somebody with this address could accept it: lets them register where strangers may not. */
  async isFor(ipAddress: string, secret: string, email: string): Promise<boolean> {
    const found = await this.#find(secret);
    if (found === null || found.acceptedBy !== null) {
      await this.#noteGuess(ipAddress);
      return false;
    }
    const { email: onlyFor } = found.invitation;
    return onlyFor === null || onlyFor === email.toLowerCase();
  }

  /** Forgets those that have expired. */
  async sweep(): Promise<void> {
    await this.#orm.delete(projectInvitations).where(lt(projectInvitations.expiresAt, sql`now()`));
  }

  async #requireRoom(transaction: Orm, projectId: string, userId: string, role: ProjectRole): Promise<void> {
    const { membersPerProject } = this.#options.quotas;
    if ((await transaction.$count(projectMembers, eq(projectMembers.projectId, projectId))) >= membersPerProject) {
      throw quotaReached('members-full', membersPerProject);
    }
    const { joinedProjects } = LIMITS.counts;
    const isJoined = and(eq(projectMembers.userId, userId), ne(projectMembers.role, 'owner'));
    if ((await transaction.$count(projectMembers, isJoined)) >= joinedProjects) {
      throw quotaReached('joined-full', joinedProjects);
    }
    if (role === 'owner') await requireRoomToOwn(transaction, userId, this.#options.quotas);
  }

  async #find(secret: string) {
    const [row] = await this.#orm
      .select({
        projectId: projects.id,
        projectName: projects.name,
        acceptedBy: projectInvitations.acceptedBy,
        invitation: columns,
      })
      .from(projectInvitations)
      .innerJoin(projects, eq(projects.id, projectInvitations.projectId))
      .innerJoin(users, eq(users.id, projectInvitations.invitedBy))
      .where(and(eq(projectInvitations.secretHash, hashOf(secret)), gt(projectInvitations.expiresAt, sql`now()`)));
    return row ?? null;
  }

  async #noteGuess(ipAddress: string): Promise<void> {
    const subject = addressGroup(ipAddress);
    await this.#options.limiter.take([{ what: 'invitation', subject, limit: GUESSES_PER_HOUR, windowMs: HOUR_MS }]);
  }
}

const columns = {
  invitationId: projectInvitations.id,
  email: projectInvitations.email,
  role: projectInvitations.role,
  invitedBy: users.name,
  createdAt: projectInvitations.createdAt,
  expiresAt: projectInvitations.expiresAt,
};

const isOpen = and(isNull(projectInvitations.acceptedBy), gt(projectInvitations.expiresAt, sql`now()`));

/** The open invitation for the address gives way; throws `conflict` for the address of a member. */
async function makeWayFor(transaction: Orm, projectId: string, email: string): Promise<void> {
  const [member] = await transaction
    .select({ userId: users.id })
    .from(users)
    .innerJoin(projectMembers, eq(projectMembers.userId, users.id))
    .where(and(eq(users.email, email), eq(projectMembers.projectId, projectId)));
  if (member !== undefined) throw refusal('conflict', 'member-already', { field: 'email' });
  const isFormer = and(eq(projectInvitations.email, email), isNull(projectInvitations.acceptedBy));
  await transaction.delete(projectInvitations).where(and(eq(projectInvitations.projectId, projectId), isFormer));
}

/** Members and open invitations count together, so that whoever is invited finds a place; what is over makes room. */
async function requireRoomFor(
  transaction: Orm,
  projectId: string,
  { membersPerProject }: Pick<Quotas, 'membersPerProject'>,
): Promise<void> {
  const ofProject = eq(projectInvitations.projectId, projectId);
  await transaction.delete(projectInvitations).where(and(ofProject, lt(projectInvitations.expiresAt, sql`now()`)));
  const count =
    (await transaction.$count(projectMembers, eq(projectMembers.projectId, projectId))) +
    (await transaction.$count(projectInvitations, and(ofProject, isOpen)));
  if (count >= membersPerProject) throw quotaReached('members-full', membersPerProject);
}

/** What the audit log, which outlives accounts, keeps of it. */
function toDetail({ email, role }: Pick<Invitation, 'email' | 'role'>) {
  return { role, email: email === null ? null : maskedAddress(email) };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

function gone() {
  return refusal('not-found', 'invitation-gone');
}

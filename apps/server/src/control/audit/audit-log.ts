import type { AuditKind } from '@visavis/protocol';
import { and, desc, eq, gte, inArray, lt, or, sql } from 'drizzle-orm';
import { type AnyPgColumn, alias } from 'drizzle-orm/pg-core';
import { auditEntries, projectMembers, users } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';

/** Who acts, as far as it is known. */
export type Actor = {
  /** Null: not logged in, or the server's own command line. */
  readonly userId: string | null;
  readonly ipAddress: string | null;
};

type AuditEvent = {
  /** Like `licence.reset`. */
  readonly action: string;
  readonly projectId?: string;
  readonly subjectId?: string;
  /** Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

type AuditEntry = typeof auditEntries.$inferSelect;

type ProjectQuery = {
  readonly projectId: string;
  readonly userId?: string;
  readonly kind?: AuditKind;
  readonly from?: string;
  readonly to?: string;
  readonly before?: number;
  readonly limit: number;
};

/** `name`: null when the account is gone; `email`: of members of the project only. */
type Person = { readonly userId: string; readonly name: string | null; readonly email: string | null };

type ProjectEntry = Pick<AuditEntry, 'ordinal' | 'at' | 'action' | 'subjectId' | 'detail' | 'ipAddress'> & {
  readonly person: Person | null;
  /** To whom it was done, where it was done to a person. */
  readonly subject: Person | null;
};

export type AuditLog = {
  /** Resolves when the entry is durable. */
  write(actor: Actor, event: AuditEvent): Promise<void>;
  /** What the user did, and what was done in projects that they own; newest first. `before`: an entry's ordinal. */
  list(query: { userId: string; before?: number; limit: number }): Promise<AuditEntry[]>;
  /** What was done in a project, newest first. `from` is in, `to` is not. */
  listProject(query: ProjectQuery): Promise<ProjectEntry[]>;
  /** Forgets what is older than two years, and all but the newest 10,000 of a project, or of a user outside projects. */
  sweep(): Promise<void>;
};

const MAX_AGE_DAYS = 730;
const MAX_ENTRIES = 10_000;
/** Of the JSON of `detail`: what was changed is named, not kept. */
const MAX_DETAIL_CHARACTERS = 1000;

function bounded(detail: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.stringify(detail).length <= MAX_DETAIL_CHARACTERS ? detail : { fields: Object.keys(detail).slice(0, 20) };
}

/** Entries whose subject is a person; of an invitation it is the invitation. */
const ABOUT_PEOPLE = sql`${auditEntries.action} in ('member.joined', 'member.left', 'member.removed', 'member.role-changed')`;
const subjects = alias(users, 'subjects');

/** Addresses are told of those who are members now. */
function emailIn(projectId: string, person: { id: AnyPgColumn; email: AnyPgColumn }) {
  return sql<string | null>`case when exists (
    select from ${projectMembers} where ${projectMembers.projectId} = ${projectId} and ${projectMembers.userId} = ${person.id})
    then ${person.email} end`;
}

export function createAuditLog({ orm }: Pick<Database, 'orm'>): AuditLog {
  return {
    async write({ userId, ipAddress }, { action, projectId, subjectId, detail = {} }) {
      await orm.insert(auditEntries).values({
        userId,
        ipAddress,
        action,
        projectId: projectId ?? null,
        subjectId: subjectId ?? null,
        detail: bounded(detail),
      });
    },

    list({ userId, before, limit }) {
      const ownProjects = orm
        .select({ id: projectMembers.projectId })
        .from(projectMembers)
        .where(and(eq(projectMembers.userId, userId), eq(projectMembers.role, 'owner')));
      return orm
        .select()
        .from(auditEntries)
        .where(
          and(
            or(eq(auditEntries.userId, userId), inArray(auditEntries.projectId, ownProjects)),
            before === undefined ? undefined : lt(auditEntries.ordinal, before),
          ),
        )
        .orderBy(desc(auditEntries.ordinal))
        .limit(limit);
    },

    async listProject({ projectId, userId, kind, from, to, before, limit }) {
      const rows = await orm
        .select({
          entry: auditEntries,
          name: users.name,
          email: emailIn(projectId, users),
          subjectName: subjects.name,
          subjectEmail: emailIn(projectId, subjects),
        })
        .from(auditEntries)
        .leftJoin(users, eq(users.id, auditEntries.userId))
        .leftJoin(subjects, and(eq(subjects.id, auditEntries.subjectId), ABOUT_PEOPLE))
        .where(
          and(
            eq(auditEntries.projectId, projectId),
            userId === undefined ? undefined : eq(auditEntries.userId, userId),
            kind === undefined ? undefined : sql`starts_with(${auditEntries.action}, ${`${kind}.`})`,
            from === undefined ? undefined : gte(auditEntries.at, new Date(from)),
            to === undefined ? undefined : lt(auditEntries.at, new Date(to)),
            before === undefined ? undefined : lt(auditEntries.ordinal, before),
          ),
        )
        .orderBy(desc(auditEntries.ordinal))
        .limit(limit);
      return rows.map(({ entry, name, email, subjectName, subjectEmail }) => {
        const { userId: actorId, projectId: _projectId, ...told } = entry;
        const { subjectId } = entry;
        return {
          ...told,
          person: actorId === null ? null : { userId: actorId, name, email },
          subject:
            subjectId === null || subjectName === null
              ? null
              : { userId: subjectId, name: subjectName, email: subjectEmail },
        };
      });
    },

    async sweep() {
      await orm.delete(auditEntries).where(lt(auditEntries.at, sql`now() - ${MAX_AGE_DAYS} * interval '1 day'`));
      await orm.execute(sql`
        delete from audit_entries where ordinal in (
          select ordinal from (
            select ordinal, row_number() over (partition by project_id, case when project_id is null then user_id end
              order by ordinal desc) as place
            from audit_entries) as ranked
          where place > ${MAX_ENTRIES})`);
    },
  };
}

import { and, desc, eq, inArray, lt, or, sql } from 'drizzle-orm';
import { auditEntries, projectMembers } from '../../db/account-schema.ts';
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

export type AuditLog = {
  /** Resolves when the entry is durable. */
  write(actor: Actor, event: AuditEvent): Promise<void>;
  /** What the user did, and what was done in their projects; newest first. `before`: an entry's ordinal. */
  list(query: { userId: string; before?: number; limit: number }): Promise<AuditEntry[]>;
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
        .where(eq(projectMembers.userId, userId));
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

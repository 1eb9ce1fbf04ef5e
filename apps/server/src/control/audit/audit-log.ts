import { and, desc, eq, inArray, lt, or } from 'drizzle-orm';
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
};

export function createAuditLog({ orm }: Pick<Database, 'orm'>): AuditLog {
  return {
    async write({ userId, ipAddress }, { action, projectId, subjectId, detail = {} }) {
      await orm.insert(auditEntries).values({
        userId,
        ipAddress,
        action,
        projectId: projectId ?? null,
        subjectId: subjectId ?? null,
        detail,
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
  };
}

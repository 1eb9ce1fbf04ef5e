import type { ProjectRole } from '@visavis/protocol';
import { and, asc, eq } from 'drizzle-orm';
import { projectMembers } from '../../db/account-schema.ts';
import type { Database, Orm } from '../../db/database.ts';
import { retryDeadlocks } from '../../db/retry-deadlocks.ts';
import { projects } from '../../db/schema.ts';
import { ledgerEntries, wallets } from '../../db/usage-schema.ts';
import { notFound } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { alone, type Quotas, quotaReached } from '../quotas/quotas.ts';

type Project = {
  readonly projectId: string;
  readonly name: string;
  /** Ended talks older than this are deleted; null keeps them. */
  readonly retentionDays: number | null;
  readonly createdAt: Date;
};

/** A project as one of its members has it. */
export type OwnProject = Project & { readonly role: ProjectRole };

export type Projects = {
  /** The user owns it. */
  create(userId: string, name: string): Promise<OwnProject>;
  /** Those that the user is a member of, oldest first. */
  list(userId: string): Promise<OwnProject[]>;
  /** Throws `not-found` unless the user is a member: the one check that every route of a project makes first. */
  get(userId: string, projectId: string): Promise<OwnProject>;
  update(projectId: string, changes: { name?: string; retentionDays?: number | null }): Promise<Project>;
  /** With everything in it. */
  remove(projectId: string): Promise<void>;
};

const columns = {
  projectId: projects.id,
  name: projects.name,
  retentionDays: projects.retentionDays,
  createdAt: projects.createdAt,
};

const ownColumns = { ...columns, role: projectMembers.role };

/** @param freePoints Thousandths of a point that a new project gets; null: it is unlimited. */
export function createProjects(
  { orm }: Pick<Database, 'orm'>,
  freePoints: number | null,
  { projectsPerUser }: Pick<Quotas, 'projectsPerUser'>,
): Projects {
  return {
    create(userId, name) {
      return alone({ orm }, { what: 'user', id: userId }, async (transaction) => {
        if ((await countOwned(transaction, userId)) >= projectsPerUser) {
          throw quotaReached('projects-full', projectsPerUser);
        }
        const projectId = newPublicId();
        const [row] = await transaction.insert(projects).values({ id: projectId, name }).returning(columns);
        if (row === undefined) throw new Error('the project was not stored');
        await transaction.insert(projectMembers).values({ projectId, userId, role: 'owner' });
        await transaction
          .insert(wallets)
          .values({ projectId, isUnlimited: freePoints === null, balance: freePoints ?? 0 });
        if (freePoints !== null && freePoints > 0) {
          const entry = { projectId, kind: 'free' as const, amount: freePoints, sourceId: `free ${projectId}`, seq: 0 };
          await transaction.insert(ledgerEntries).values(entry);
        }
        return { ...row, role: 'owner' as const };
      });
    },

    list(userId) {
      return orm
        .select(ownColumns)
        .from(projects)
        .innerJoin(projectMembers, eq(projectMembers.projectId, projects.id))
        .where(eq(projectMembers.userId, userId))
        .orderBy(asc(projects.ordinal));
    },

    async get(userId, projectId) {
      const [row] = await orm
        .select(ownColumns)
        .from(projects)
        .innerJoin(projectMembers, eq(projectMembers.projectId, projects.id))
        .where(and(eq(projectMembers.userId, userId), eq(projects.id, projectId)));
      if (row === undefined) throw notFound('project');
      return row;
    },

    async update(projectId, changes) {
      const wanted = Object.keys(changes).length > 0;
      const [row] = wanted
        ? await orm.update(projects).set(changes).where(eq(projects.id, projectId)).returning(columns)
        : await orm.select(columns).from(projects).where(eq(projects.id, projectId));
      if (row === undefined) throw notFound('project');
      return row;
    },

    async remove(projectId) {
      await retryDeadlocks(() => orm.delete(projects).where(eq(projects.id, projectId)));
    },
  };
}

/** Projects that the user owns: those count for the quota. */
export function countOwned(orm: Pick<Orm, '$count'>, userId: string): Promise<number> {
  return orm.$count(projectMembers, and(eq(projectMembers.userId, userId), eq(projectMembers.role, 'owner')));
}

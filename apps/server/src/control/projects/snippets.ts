import { eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';

/** Answers that the members of a project choose from when they answer for an avatar. */
export type AnswerSnippets = {
  get(projectId: string): Promise<readonly string[]>;
  set(projectId: string, snippets: readonly string[]): Promise<readonly string[]>;
};

export function createSnippets({ orm }: Pick<Database, 'orm'>): AnswerSnippets {
  return {
    async get(projectId) {
      const [row] = await orm.select({ snippets: projects.snippets }).from(projects).where(eq(projects.id, projectId));
      return row?.snippets ?? [];
    },
    async set(projectId, snippets) {
      // PostgreSQL text holds every character but this one.
      const kept = snippets.map((snippet) => snippet.replaceAll('\u0000', ''));
      await orm.update(projects).set({ snippets: kept }).where(eq(projects.id, projectId));
      return kept;
    },
  };
}

import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { describeOnBothDatabases } from './testing/test-databases.ts';

const MIGRATION = readFileSync(new URL('./migrations/0013_members.sql', import.meta.url), 'utf8');
/** Back to how the tables were before it. */
const BEFORE = [
  'drop table project_invitations',
  'alter table project_members drop column role',
  'alter table browser_tokens drop column user_id',
];

describeOnBothDatabases('the migration to members', (context) => {
  test('whoever had a project owns it, and whoever comes later says what he is', async () => {
    const [userId, projectId, laterId] = [newPublicId(), newPublicId(), newPublicId()];
    const undone = new Error('undone');
    const migrated = context.db.orm.transaction(async (transaction) => {
      for (const statement of BEFORE) await transaction.execute(sql.raw(statement));
      for (const id of [userId, laterId]) {
        await transaction.execute(sql`insert into users (id, email, name) values (${id}, ${id}, 'Mia')`);
      }
      await transaction.execute(sql`insert into projects (id, name) values (${projectId}, 'Shop')`);
      await transaction.execute(
        sql`insert into project_members (project_id, user_id) values (${projectId}, ${userId})`,
      );
      for (const statement of MIGRATION.split('--> statement-breakpoint')) {
        await transaction.execute(sql.raw(statement));
      }
      const { rows } = await transaction.execute(sql`select user_id as "userId", role from project_members`);
      expect(rows).toEqual([{ userId, role: 'owner' }]);
      const { rows: columns } = await transaction.execute(sql`
        select column_default as "default", is_nullable as "nullable" from information_schema.columns
        where table_name = 'project_members' and column_name = 'role'`);
      expect(columns).toEqual([{ default: null, nullable: 'NO' }]);
      throw undone;
    });
    await expect(migrated).rejects.toBe(undone);
  });
});

import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from './testing/test-databases.ts';

const MIGRATION = readFileSync(new URL('./migrations/0039_passage-meanings.sql', import.meta.url), 'utf8');

describeOnBothDatabases('the migration to passages with meanings', (context) => {
  test('passages that are there wait to be embedded', async () => {
    const undone = new Error('undone');
    const migrated = context.db.orm.transaction(async (transaction) => {
      await transaction.execute(sql`alter table knowledge_passages drop column embedding, drop column embedding_model`);
      await transaction.execute(
        sql`alter table knowledge_passages drop constraint knowledge_passages_source_id_knowledge_sources_id_fk`,
      );
      await transaction.execute(sql`insert into knowledge_passages (source_id, no, text) values ('one', 0, 'Dogs.')`);
      for (const statement of MIGRATION.split('--> statement-breakpoint')) {
        await transaction.execute(sql.raw(statement));
      }
      const { rows } = await transaction.execute(
        sql`select text, embedding, embedding_model as model from knowledge_passages`,
      );
      expect(rows).toEqual([{ text: 'Dogs.', embedding: null, model: null }]);
      throw undone;
    });
    await expect(migrated).rejects.toBe(undone);
  });
});

import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createConversationRecords } from '../control/conversations/conversation-records.ts';
import { newPublicId } from '../control/ids.ts';
import type { Database } from './database.ts';
import { conversations, messages, projects, toolCalls } from './schema.ts';
import { describeOnBothDatabases } from './testing/test-databases.ts';

const MIGRATION = readFileSync(new URL('./migrations/0017_tool-calls.sql', import.meta.url), 'utf8');
const startedAt = new Date('2026-05-01T10:00:00.000Z');
const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000);

const call = (callId: string, argumentsJson = '{}') =>
  JSON.stringify({ callId, name: 'book', arguments: argumentsJson });
const result = (callId: string, output: string) => JSON.stringify({ callId, output });

/** Texts of role `tool`, in the order of the talk. */
const TOLD = [
  call('a', '{"text":"a \\"ü\\" 🙂 \\\\"}'),
  call('b'),
  result('b', 'of b'),
  result('a', ''),
  result('a', 'told twice'),
  result('nobody', 'called'),
  call('again'),
  call('again', '{"second":true}'),
  result('again', 'of the second'),
  call('never answered'),
];
/** Texts that are none of ours. */
const OTHERS = [
  'book({"seats":2})',
  call('cut').slice(0, -3),
  result('nul', 'a \u0000 character'),
  '{"callId":"half a character","output":"\\ud83d"}',
  '{"callId":"x","name":"book","arguments":{"no":"text"}}',
  '{"callId":"x","name":"book","arguments":"{}","more":"y"}',
  '{"callId":"x"}',
  '[1]',
  '',
];

describeOnBothDatabases('the migration of calls of tools', (context) => {
  test('messages of ours become rows, all else stays, and published clients read the same as before', async () => {
    const projectId = newPublicId();
    const [ended, live] = [newPublicId(), newPublicId()];
    const undone = new Error('undone');
    const migrated = context.db.orm.transaction(async (transaction) => {
      await transaction.insert(projects).values({ id: projectId, name: 'Shop' });
      const talk = { projectId, licenceId: 'l', avatarId: 'a', startedAt };
      await transaction.insert(conversations).values([
        { ...talk, id: ended, status: 1, endedAt: after(60) },
        { ...talk, id: live },
      ]);
      const said = (conversationId: string, role: 'user' | 'tool', text: string, index: number) => ({
        conversationId,
        role,
        text,
        at: after(index),
        startedAt: after(index),
      });
      const told = [...TOLD, ...OTHERS];
      await transaction
        .insert(messages)
        .values([
          said(ended, 'user', call('said by a person'), 0),
          ...told.map((text, index) => said(ended, 'tool', text, index + 1)),
          said(live, 'tool', call('a'), 0),
        ]);
      // Records read by the same transaction.
      const records = createConversationRecords({ orm: transaction as unknown as Database['orm'] });
      const before = await records.allAsMessages(projectId, ended);
      expect(before).toHaveLength(1 + told.length);

      await transaction.execute(sql`drop table tool_calls`);
      for (const statement of MIGRATION.split('--> statement-breakpoint')) {
        await transaction.execute(sql.raw(statement));
      }
      // Of a later migration; records of today read it.
      await transaction.execute(sql`alter table tool_calls add column "by" text`);

      expect(await records.allAsMessages(projectId, ended)).toEqual(before);
      const rows = await records.toolCalls(projectId, ended);
      const [first = 0] = before?.map(({ messageId }) => messageId) ?? [];
      const none = { output: null, answeredAt: null, resultOrdinal: null };
      const answered = (output: string, index: number) => ({
        state: 'answered',
        output,
        answeredAt: after(index),
        resultOrdinal: first + index,
      });
      const called = (callId: string, index: number, argumentsJson = '{}') => ({
        callId,
        name: 'book',
        argumentsJson,
        requestedAt: after(index),
        ordinal: first + index,
        by: null,
      });
      expect(rows).toEqual([
        { ...called('a', 1, '{"text":"a \\"ü\\" 🙂 \\\\"}'), ...answered('', 4) },
        { ...called('b', 2), ...answered('of b', 3) },
        { ...called('again', 7), ...none, state: 'unanswered' },
        { ...called('again', 8, '{"second":true}'), ...answered('of the second', 9) },
        { ...called('never answered', 10), ...none, state: 'unanswered' },
      ]);
      expect((await records.messages(projectId, ended))?.map(({ text }) => text)).toEqual([
        call('said by a person'),
        result('a', 'told twice'),
        result('nobody', 'called'),
        ...OTHERS,
      ]);
      expect(await records.toolCalls(projectId, live)).toMatchObject([{ callId: 'a', state: 'open' }]);
      const { rows: functions } = await transaction.execute(sql`select to_regproc('read_tool_message') as found`);
      expect(functions).toEqual([{ found: null }]);
      throw undone;
    });
    await expect(migrated).rejects.toBe(undone);
    expect(await context.db.orm.$count(toolCalls)).toBe(0);
  });
});

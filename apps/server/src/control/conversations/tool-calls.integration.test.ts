import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { conversations, projects, toolCalls } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { newPublicId } from '../ids.ts';
import { createConversationRecords } from './conversation-records.ts';
import { createConversationStore } from './conversation-store.ts';

describeOnBothDatabases('calls of tools', (context) => {
  const newProject = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Test' });
    return id;
  };

  test('stand in order between messages, with their results, and one that waits at the end got none', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const sessionId = newPublicId();
    const startedAt = new Date('2026-05-01T10:00:00Z');
    const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000);
    const call = (callId: string, second: number) =>
      store.startToolCall({ sessionId, callId, name: 'add', argumentsJson: '{"x":"\u0000"}', at: after(second) });
    const finish = (callId: string, output: string | null, second: number) =>
      store.finishToolCall({ sessionId, callId, output, at: after(second) });
    // In one batch, but for what comes before and after.
    await store.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt });
    await Promise.all([
      call('quick', 1),
      store.addMessage({ sessionId, role: 'assistant', text: 'One moment', at: after(2) }),
      call('late', 3),
      finish('quick', '4', 4),
      store.addMessage({ sessionId, role: 'user', text: 'Well?', at: after(5) }),
      call('silent', 6),
      call('never', 7),
    ]);
    for (const callId of ['late', 'silent']) await finish(callId, null, 8);
    await finish('late', 'ü', 9);
    await store.addMessage({ sessionId, role: 'assistant', text: 'It is four', at: after(10) });
    await store.end(sessionId, { endedAt: after(11), status: 'completed', reason: 'left' });

    const records = createConversationRecords(context.db);
    const calls = await records.toolCalls(projectId, sessionId);
    expect(calls?.map(({ callId, state, output, answeredAt }) => [callId, state, output, answeredAt])).toEqual([
      ['quick', 'answered', '4', after(4)],
      ['late', 'answered', 'ü', after(9)],
      ['silent', 'timed-out', null, null],
      ['never', 'unanswered', null, null],
    ]);
    expect(calls?.[0]).toMatchObject({ name: 'add', argumentsJson: '{"x":""}', requestedAt: after(1) });
    expect(await records.messages(projectId, sessionId)).toHaveLength(3);
    const asked = (callId: string) => JSON.stringify({ callId, name: 'add', arguments: '{"x":""}' });
    const all = await records.allAsMessages(projectId, sessionId);
    expect(all?.map(({ text }) => text)).toEqual([
      asked('quick'),
      'One moment',
      asked('late'),
      '{"callId":"quick","output":"4"}',
      'Well?',
      asked('silent'),
      asked('never'),
      '{"callId":"late","output":"ü"}',
      'It is four',
    ]);
    expect(new Set(all?.map(({ messageId }) => messageId)).size).toBe(9);
    const range = { from: after(4), to: after(6) };
    expect(await records.allAsMessages(projectId, sessionId, range)).toEqual(all?.slice(3, 6));
    expect(await records.toolCalls(await newProject(), sessionId)).toBeNull();
    const [row] = await context.db.orm.select().from(conversations).where(eq(conversations.id, sessionId));
    const bytes = 'One momentWell?It is four'.length + 4 * 'add{"x":""}'.length + '4ü'.length + 1;
    expect(row?.textBytes).toBe(bytes);
    await context.db.orm.delete(conversations).where(eq(conversations.id, sessionId));
    expect(await context.db.orm.$count(toolCalls, eq(toolCalls.conversationId, sessionId))).toBe(0);
  });

  test('a result that answers no call fails alone, and so does the second of one', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const sessionId = newPublicId();
    const at = new Date();
    const finish = (callId: string, output: string | null) => store.finishToolCall({ sessionId, callId, output, at });
    const settled = await Promise.allSettled([
      store.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt: at }),
      store.startToolCall({ sessionId, callId: 'c', name: 'add', argumentsJson: '{}', at }),
      finish('nobody called', '1'),
      finish('c', '2'),
      finish('c', '3'),
      finish('c', null),
      store.startToolCall({ sessionId: newPublicId(), callId: 'c', name: 'add', argumentsJson: '{}', at }),
    ]);
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, false, false, false]);
    const calls = await createConversationRecords(context.db).toolCalls(projectId, sessionId);
    expect(calls).toMatchObject([{ callId: 'c', state: 'answered', output: '2' }]);
    expect(store.pendingCount).toBe(0);
  });

  test('a result and an end that belong to nothing are left out, and their neighbours keep their one transaction', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const [sessionId, unknown] = [newPublicId(), newPublicId()];
    const at = new Date();
    const transactions = vi.spyOn(context.db.orm, 'transaction');
    const settled = await Promise.allSettled([
      store.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt: at }),
      store.startToolCall({ sessionId, callId: 'c', name: 'add', argumentsJson: '{}', at }),
      store.finishToolCall({ sessionId, callId: 'nobody called', output: '1', at }),
      store.finishToolCall({ sessionId, callId: 'c', output: '2', at }),
      store.addMessage({ sessionId, role: 'assistant', text: 'Two', at }),
      store.end(unknown, { endedAt: at, status: 'failed', reason: 'x' }),
    ]);
    const times = transactions.mock.calls.length;
    transactions.mockRestore();
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true, false]);
    expect(settled[2]).toMatchObject({ reason: expect.objectContaining({ message: expect.stringMatching(/nobody/) }) });
    expect(times).toBe(1);
    const calls = await createConversationRecords(context.db).toolCalls(projectId, sessionId);
    expect(calls).toMatchObject([{ callId: 'c', state: 'answered', output: '2' }]);
  });
});

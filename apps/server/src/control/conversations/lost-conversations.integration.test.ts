import { eq, inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { conversations, projects, toolCalls } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { createCallSlots } from '../call-slots/call-slots.ts';
import { newPublicId } from '../ids.ts';
import { createLicenceKeys } from '../licence-keys/licence-keys.ts';
import { createConversationStore } from './conversation-store.ts';
import { watchLostConversations } from './lost-conversations.ts';

const MINUTE_MS = 60_000;

describeOnBothDatabases('talks of a server that crashed', (context) => {
  const open = async () => {
    const { orm, pool } = context.db;
    const projectId = newPublicId();
    await orm.insert(projects).values({ id: projectId, name: 'p' });
    const { licenceId } = await createLicenceKeys(context.db, null).create({ projectId, name: 'k' });
    const store = createConversationStore(context.db);
    const slots = createCallSlots(context.db, silent);
    const told: string[] = [];
    const watch = watchLostConversations(context.db, ({ sessionId }) => told.push(sessionId), silent);
    const talk = async (startedAt: Date): Promise<string> => {
      const sessionId = newPublicId();
      await slots.claim({ licenceId, maxConcurrentCalls: 10 }, sessionId);
      await store.start({ sessionId, projectId, licenceId, avatarId: 'a', startedAt });
      return sessionId;
    };
    const stateOf = async (sessionId: string) => {
      const [row] = await orm.select().from(conversations).where(eq(conversations.id, sessionId));
      return row && [row.status, row.endedAt, row.reason];
    };
    /** Its node is gone: nobody renews the place any more. */
    const abandon = (sessionId: string) =>
      pool.query(`update call_slots set expires_at = now() - interval '1 minute' where holder = $1`, [sessionId]);
    return { store, slots, watch, told, talk, stateOf, abandon };
  };

  test('end with their last words when nobody renewed their place, and those that go on do not', async () => {
    const { store, slots, watch, told, talk, stateOf, abandon } = await open();
    const startedAt = new Date(Date.now() - 10 * MINUTE_MS);
    const [alive, lost, silentOne, young] = [
      await talk(startedAt),
      await talk(startedAt),
      await talk(startedAt),
      await talk(new Date()),
    ];
    const lastWordsAt = new Date(Date.now() - 5 * MINUTE_MS);
    await store.addMessage({ sessionId: lost, role: 'user', text: 'hello?', at: lastWordsAt });
    for (const sessionId of [lost, silentOne, young]) await abandon(sessionId);
    await watch.look();
    expect(await stateOf(lost)).toEqual([0, null, null]);
    await watch.look();
    expect(await stateOf(lost)).toEqual([2, lastWordsAt, 'the server stopped']);
    expect(await stateOf(silentOne)).toEqual([2, startedAt, 'the server stopped']);
    expect(await stateOf(alive)).toEqual([0, null, null]);
    expect(await stateOf(young)).toEqual([0, null, null]);
    await watch.look();
    expect(told.sort()).toEqual([lost, silentOne].sort());
    watch.stop();
    slots.close();
  });

  test('end with the last call of a tool or its result where that came last, and what still waits gets none', async () => {
    const { store, slots, watch, talk, stateOf, abandon } = await open();
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
    const [asked, answered] = [await talk(minutesAgo(10)), await talk(minutesAgo(10))];
    const [calledAt, answeredAt] = [minutesAgo(6), minutesAgo(5)];
    for (const sessionId of [asked, answered]) {
      await store.addMessage({ sessionId, role: 'user', text: 'hello?', at: minutesAgo(7) });
      await store.startToolCall({ sessionId, callId: 'c', name: 'add', argumentsJson: '{}', at: calledAt });
      await abandon(sessionId);
    }
    await store.finishToolCall({ sessionId: answered, callId: 'c', output: '4', at: answeredAt });
    await watch.look();
    await watch.look();
    expect(await stateOf(asked)).toEqual([2, calledAt, 'the server stopped']);
    expect(await stateOf(answered)).toEqual([2, answeredAt, 'the server stopped']);
    const states = await context.db.orm
      .select({ state: toolCalls.state })
      .from(toolCalls)
      .where(inArray(toolCalls.conversationId, [asked, answered]))
      .orderBy(toolCalls.ordinal);
    expect(states).toEqual([{ state: 'unanswered' }, { state: 'answered' }]);
    watch.stop();
    slots.close();
  });

  test('go on when their node comes back to the database before they are looked for again', async () => {
    const { slots, watch, talk, stateOf, abandon } = await open();
    const sessionId = await talk(new Date(Date.now() - 10 * MINUTE_MS));
    await abandon(sessionId);
    await watch.look();
    await slots.renew();
    await watch.look();
    await watch.look();
    expect(await stateOf(sessionId)).toEqual([0, null, null]);
    watch.stop();
    slots.close();
  });
});

import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { newPublicId } from '../ids.ts';
import { createConversationArchive } from './conversation-archive.ts';
import { createConversationStore } from './conversation-store.ts';
import { EarlierTalks } from './earlier-talks.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBothDatabases('earlier talks of a person', (context) => {
  async function newProject(): Promise<string> {
    const id = newPublicId();
    await context.db.orm.execute(`insert into projects (id, name) values ('${id}', 'Hotel')`);
    return id;
  }

  /** A talk in which the user said this, and how it ended. */
  async function talk(who: { projectId: string; avatarId: string; callerId: string | null }, ...said: string[]) {
    const store = createConversationStore(context.db);
    const sessionId = newPublicId();
    const startedAt = new Date('2026-05-01T10:00:00Z');
    await store.start({ ...who, sessionId, licenceId: newPublicId(), startedAt });
    for (const text of said) {
      await store.addMessage({ sessionId, role: 'user', text, at: startedAt });
      await store.addMessage({ sessionId, role: 'assistant', text: 'I see.', at: startedAt });
    }
    const end = () => store.end(sessionId, { endedAt: startedAt, status: 'completed', reason: 'over' });
    return { sessionId, end };
  }

  test('are known to the avatar that had them, in their order, once they have ended', async () => {
    const who = { projectId: await newProject(), avatarId: newPublicId(), callerId: 'ann' };
    const earlier = new EarlierTalks(context.db, logger);
    expect(await earlier.recall(who)).toBeNull();
    await (await talk(who, 'My dog is called Rex.')).end();
    await (await talk(who, 'I leave on Sunday.')).end();
    await talk(who, 'This one goes on.');
    const note = (await earlier.recall(who)) ?? '';
    expect(note.split('\n').slice(1)).toEqual([
      'On 2026-05-01:',
      'The user: My dog is called Rex.',
      'You: I see.',
      'On 2026-05-01:',
      'The user: I leave on Sunday.',
      'You: I see.',
    ]);
  });

  test('are known in no other project, by no other avatar, of no other person, and of nobody who was not named', async () => {
    const who = { projectId: await newProject(), avatarId: newPublicId(), callerId: 'ann' };
    await (await talk(who, 'My dog is called Rex.')).end();
    await (await talk({ ...who, callerId: null }, 'Nobody said this.')).end();
    const earlier = new EarlierTalks(context.db, logger);
    expect(await earlier.recall({ ...who, projectId: await newProject() })).toBeNull();
    expect(await earlier.recall({ ...who, avatarId: newPublicId() })).toBeNull();
    for (const callerId of ['bob', 'Ann', 'ann ', '', "ann' or 'a'='a", '%']) {
      expect(await earlier.recall({ ...who, callerId })).toBeNull();
    }
    expect(await earlier.recall(who)).not.toContain('Nobody');
  });

  test('are told within bounds, however much was said, and forgotten with their records', async () => {
    const who = { projectId: await newProject(), avatarId: newPublicId(), callerId: 'ann' };
    const long = await talk(who, ...Array.from({ length: 60 }, (_, no) => `Number ${no}. ${'word '.repeat(500)}`));
    await long.end();
    const earlier = new EarlierTalks(context.db, logger);
    const note = (await earlier.recall(who)) ?? '';
    expect(note.length).toBeLessThan(5000);
    expect(note).toContain('Number 59.');
    const archive = createConversationArchive(context.db);
    expect(await archive.idsOfCaller(await newProject(), 'ann')).toEqual([]);
    expect(await archive.remove(who.projectId, await archive.idsOfCaller(who.projectId, 'ann'))).toEqual([
      long.sessionId,
    ]);
    expect(await earlier.recall(who)).toBeNull();
  });

  test('are not known any more when they are older than their project keeps them, also before those are deleted', async () => {
    const who = { projectId: await newProject(), avatarId: newPublicId(), callerId: 'ann' };
    await (await talk(who, 'My dog is called Rex.')).end();
    const earlier = new EarlierTalks(context.db, logger);
    const keep = (days: number) =>
      context.db.orm.execute(`update projects set retention_days = ${days} where id = '${who.projectId}'`);
    await keep(100_000);
    expect(await earlier.recall(who)).toContain('Rex');
    await keep(1);
    expect(await earlier.recall(who)).toBeNull();
  });

  test('are forgotten at once, however many there are', async () => {
    const who = { projectId: await newProject(), avatarId: newPublicId(), callerId: 'ann' };
    const ended = [await talk(who, 'One.'), await talk(who, 'Two.')];
    for (const { end } of ended) await end();
    const [first, last] = ended.map(({ sessionId }) => sessionId);
    const many = Array.from({ length: 70_000 }, (_, no) => `talk-${no}`);
    const removed = await createConversationArchive(context.db).remove(who.projectId, [first!, ...many, last!]);
    expect(removed).toEqual([first, last]);
  });
});

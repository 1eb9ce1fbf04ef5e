import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars, projects } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('first page', (context) => {
  let server: ConsoleTestServer;
  let operator: TestBrowser;
  const demoProjectId = newPublicId();
  const otherProjectId = newPublicId();
  const idOf = Object.fromEntries(
    ['Leo', 'Iris', 'Ready', 'Making', 'Failed', 'Foreign'].map((name) => [name, newPublicId()]),
  );

  beforeAll(async () => {
    server = await createConsoleServer(context.db, { demoProjectId });
    operator = new TestBrowser(server.app);
    await operator.register('operator@example.org');
    const { orm } = context.db;
    await orm.insert(projects).values([
      { id: demoProjectId, name: 'Demo' },
      { id: otherProjectId, name: 'Shop' },
    ]);
    const row = (name: string, projectId: string | null, state: 'ready' | 'making' | 'failed' = 'ready') => ({
      id: idOf[name] ?? '',
      name,
      projectId,
      state,
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'made' as const,
      bundleName: name,
      thumbnail: 'still.webp',
    });
    await orm
      .insert(avatars)
      .values([
        { ...row('Leo', null), talkPagePlace: 0 },
        { ...row('Iris', null), talkPagePlace: 1 },
        row('Ready', demoProjectId),
        row('Making', demoProjectId, 'making'),
        row('Failed', demoProjectId, 'failed'),
        row('Foreign', otherProjectId),
      ]);
  });
  afterAll(() => server.close());

  /** What visitors are offered, by name. */
  async function offered(): Promise<string[]> {
    const page = (await server.app.inject('/api/v1/talk-page')).json<{ avatars: { name: string }[] }>();
    return page.avatars.map(({ name }) => name);
  }

  function show(...names: string[]) {
    return operator.send('PUT', '/operator/first-page', { avatarIds: names.map((name) => idOf[name]) });
  }

  test('offers visitors what is switched on and ready, in the operator’s order', async () => {
    expect(await offered()).toEqual(['Leo', 'Iris']);
    const answer = await show('Ready', 'Failed', 'Making', 'Leo');
    expect(answer.statusCode).toBe(200);
    const listed = answer.json<{ name: string; isShown: boolean; state: string }[]>();
    expect(listed.map(({ name, isShown }) => [name, isShown])).toEqual([
      ['Ready', true],
      ['Failed', true],
      ['Making', true],
      ['Leo', true],
      ['Iris', false],
    ]);
    await expect.poll(offered, { timeout: 10_000 }).toEqual(['Ready', 'Leo']);
    await context.db.orm.update(avatars).set({ state: 'ready' });
    await expect.poll(offered, { timeout: 10_000 }).toEqual(['Ready', 'Failed', 'Making', 'Leo']);
    expect((await show()).statusCode).toBe(200);
    await expect.poll(offered, { timeout: 10_000 }).toEqual([]);
  });

  test('takes no avatar of another project, none twice, and no one’s word but the operator’s', async () => {
    expect((await show('Foreign')).statusCode).toBe(400);
    expect((await show('Leo', 'Leo')).statusCode).toBe(400);
    const member = new TestBrowser(server.app);
    await member.register('member@example.org');
    expect((await member.send('GET', '/operator/first-page')).statusCode).toBe(403);
    expect((await member.send('PUT', '/operator/first-page', { avatarIds: [] })).statusCode).toBe(403);
    const { projectId } = (await member.send('POST', '/projects', { name: 'Mine' })).json();
    const copy = await member.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId: idOf.Leo });
    expect(copy.statusCode).toBe(201);
    const [shown] = (await operator.send('GET', '/operator/first-page')).json<{ avatarId: string }[]>();
    expect(shown?.avatarId).not.toBe(copy.json().avatarId);
  });
});

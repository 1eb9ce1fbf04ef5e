import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { createFirstSteps } from '../../control/projects/first-steps.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const HOST = 'console.example';
const NONE = { avatar: false, talk: false, key: false, embed: false, call: false };

describeOnBothDatabases('first steps of a project', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
  });
  afterAll(() => server.close());

  const newProject = async (): Promise<string> =>
    (await owner.send('POST', '/projects', { name: 'Shop' })).json().projectId;
  const newKey = async (projectId: string): Promise<{ licenceId: string; key: string }> =>
    (await owner.send('POST', `/projects/${projectId}/keys`, { name: 'Web' })).json();
  const stepsOf = async (projectId: string) => (await owner.send('GET', `/projects/${projectId}/first-steps`)).json();

  const newAvatar = async (projectId: string | null, state: 'ready' | 'failed' = 'ready'): Promise<string> => {
    const id = newPublicId();
    const voice = { provider: 'local', model: 'local', voice: 'cedar', language: 'en' };
    const bundle = { bundleName: 'leo', bundleSource: 'shipped' as const };
    await context.db.orm.insert(avatars).values({ ...voice, ...bundle, id, projectId, name: 'Mia', state });
    return id;
  };

  /** A call as the gateway notes it, by a key or token, from a page of this origin. */
  const call = async (key: string, avatarId: string, origin: string | undefined) => {
    const licence = await server.services.admission.findLicence(key, { origin, host: HOST });
    if (licence === null) throw new Error('the key is unknown');
    const { projectId, isFromElsewhere = false } = licence;
    const found = await server.services.admission.findAvatar(projectId, { avatarId });
    if (found.kind === 'missing') throw new Error('the avatar is unknown');
    const isOwnAvatar = found.avatar.isSystem !== true;
    await server.services.firstSteps.noteCall({ projectId, isOwnAvatar, isFromElsewhere });
  };

  const mint = async (key: string): Promise<string> => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await server.app.inject({ method: 'POST', url: '/api/v1/browser-tokens', headers, payload: {} });
    expect(answer.statusCode).toBe(201);
    return answer.json().token;
  };

  test('are what is there: an own avatar that has not failed, and a key of one’s own', async () => {
    const projectId = await newProject();
    await newAvatar(null);
    await newAvatar(projectId, 'failed');
    expect(await stepsOf(projectId)).toEqual(NONE);
    const avatarId = await newAvatar(projectId);
    const link = { name: 'Fair', lifetimeHours: 24, maxConcurrentCalls: 1, maxMinutesPerDay: 30 };
    const made = await owner.send('POST', `/projects/${projectId}/avatars/${avatarId}/talk-links`, link);
    expect(made.statusCode).toBe(201);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, avatar: true });
    const { licenceId } = await newKey(projectId);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, avatar: true, key: true });
    await owner.send('POST', `/projects/${projectId}/keys/${licenceId}/revoke`);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, avatar: true });
  });

  test('are what has happened: a talk with one’s own avatar from the console, a token, a call from elsewhere', async () => {
    const projectId = await newProject();
    const there = { avatar: true, key: true };
    const [own, builtIn] = [await newAvatar(projectId), await newAvatar(null)];
    const { key } = await newKey(projectId);
    await call(key, builtIn, `http://${HOST}`);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, ...there });
    await call(key, own, `http://${HOST}`);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, ...there, talk: true });
    const token = await mint(key);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, ...there, talk: true, embed: true });
    // In a frame the page is this server's own.
    await call(token, own, `http://${HOST}`);
    expect(await stepsOf(projectId)).toEqual({ ...there, talk: true, embed: true, call: true });
  });

  test.each([
    ['a page', 'https://shop.example'],
    ['a program', undefined],
  ])('who calls from %s has put it there', async (_what, origin) => {
    const projectId = await newProject();
    const own = await newAvatar(projectId);
    const { key } = await newKey(projectId);
    await call(key, own, origin);
    expect(await stepsOf(projectId)).toMatchObject({ talk: true, embed: true, call: true });
  });

  test('no call asks the database for what is known: a built-in avatar is no step, and one’s own is written once', async () => {
    const projectId = await newProject();
    const asked = vi.spyOn(context.db.orm, 'execute');
    const note = (isOwnAvatar: boolean) =>
      server.services.firstSteps.noteCall({ projectId, isOwnAvatar, isFromElsewhere: false });
    for (const isOwnAvatar of [false, false, true, true]) await note(isOwnAvatar);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
    expect(await stepsOf(projectId)).toMatchObject({ talk: true });
  });

  test('a talk link is no page of one’s own', async () => {
    const projectId = await newProject();
    const own = await newAvatar(projectId);
    const link = { name: 'Fair', lifetimeHours: 24, maxConcurrentCalls: 1, maxMinutesPerDay: 30 };
    const { path } = (await owner.send('POST', `/projects/${projectId}/avatars/${own}/talk-links`, link)).json();
    await call(path.split('#')[1], own, `http://${HOST}`);
    expect(await stepsOf(projectId)).toEqual({ ...NONE, avatar: true, talk: true });
  });

  test('stay taken when what they were about is gone, and go with the project', async () => {
    const projectId = await newProject();
    const own = await newAvatar(projectId);
    const { key } = await newKey(projectId);
    await call(key, own, 'https://shop.example');
    await owner.send('DELETE', `/projects/${projectId}/avatars/${own}`);
    expect(await stepsOf(projectId)).toMatchObject({ avatar: false, talk: true, call: true });
    expect((await owner.send('DELETE', `/projects/${projectId}`)).statusCode).toBe(200);
    // One that remembers nothing asks the database.
    await createFirstSteps({ db: context.db, logger: { warn: () => {} } }).note(projectId, 'talk');
    await expect(server.services.firstSteps.of(projectId)).resolves.toEqual(NONE);
  });
});

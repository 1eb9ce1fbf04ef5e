import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars, licenceKeys } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { browserTokens } from '../../db/usage-schema.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const WISH = { name: 'For the fair', lifetimeHours: 24, maxConcurrentCalls: 2, maxMinutesPerDay: 30 };

describeOnBothDatabases('talk links', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let stranger: TestBrowser;
  let projectId: string;
  const [ownId, foreignId, makingId] = [newPublicId(), newPublicId(), newPublicId()];

  const newProject = async (browser: TestBrowser): Promise<string> => {
    await browser.register(`${newPublicId()}@example.org`);
    return (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    [owner, stranger] = [new TestBrowser(server.app), new TestBrowser(server.app)];
    projectId = await newProject(owner);
    const otherProject = await newProject(stranger);
    const fields = { provider: 'local', model: 'local', voice: 'cedar', language: 'en', bundleName: 'leo' };
    await context.db.orm.insert(avatars).values([
      { ...fields, bundleSource: 'shipped', id: ownId, projectId, name: 'Mia' },
      { ...fields, bundleSource: 'shipped', id: foreignId, projectId: otherProject, name: 'Zoe' },
      { ...fields, bundleSource: 'made', id: makingId, projectId, name: 'Half done', state: 'making' },
    ]);
  });
  afterAll(() => server.close());

  const make = (avatarId = ownId, wish: object = WISH, browser = owner) =>
    browser.send('POST', `/projects/${projectId}/avatars/${avatarId}/talk-links`, wish);

  const newLink = async () => {
    const answer = await make();
    expect(answer.statusCode).toBe(201);
    const { licenceId, path, expiresAt } = answer.json();
    const [, avatarId, token] = /^\/talk\/([0-9a-f]{32})#(vt_[\w-]{40,})$/.exec(path) ?? [];
    return { licenceId, avatarId, token: token ?? '', expiresAt };
  };

  /** As the socket asks, from a page of this server unless another is named. */
  const admit = (token: string, origin: string | undefined = 'http://console.example') =>
    server.services.admission.findLicence(token, { origin, host: 'console.example' });

  test('a link opens one avatar within its limits, for pages of this server', async () => {
    const { licenceId, avatarId, token, expiresAt } = await newLink();
    expect(avatarId).toBe(ownId);
    const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(25);
    const licence = await admit(token);
    expect(licence).toMatchObject({ licenceId, projectId, maxConcurrentCalls: 2, onlyAvatarId: ownId });
    expect(licence).not.toHaveProperty('refusal');
    for (const origin of ['https://elsewhere.example', 'null', '']) {
      expect([origin, (await admit(token, origin))?.refusal]).toEqual([origin, 'origin-not-allowed']);
    }
    const { admission } = server.services;
    expect(await admission.findLicence(token, { origin: undefined, host: 'console.example' })).toMatchObject({
      refusal: 'origin-not-allowed',
    });
    const keys = (await owner.send('GET', `/projects/${projectId}/keys`)).json();
    expect(keys).toContainEqual(
      expect.objectContaining({ licenceId, name: WISH.name, maxConcurrentCalls: 2, maxMinutesPerDay: 30 }),
    );
  });

  test('it ends when its key is withdrawn, and in time', async () => {
    const [withdrawn, expired] = [await newLink(), await newLink()];
    await owner.send('POST', `/projects/${projectId}/keys/${withdrawn.licenceId}/revoke`);
    expect(await admit(withdrawn.token)).toBeNull();
    expect(await admit(expired.token)).not.toBeNull();
    await context.db.orm
      .update(browserTokens)
      .set({ expiresAt: sql`now() - interval '1 second'` })
      .where(sql`licence_id = ${expired.licenceId}`);
    expect(await admit(expired.token)).toBeNull();
  });

  test('it opens nothing else: no tokens, no list, no talk, no other avatar', async () => {
    const { token } = await newLink();
    const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
      server.app.inject({
        method,
        url,
        headers: { origin: 'http://console.example', host: 'console.example', license: token },
        ...(payload === undefined ? {} : { payload }),
      });
    expect((await ask('POST', '/api/v1/browser-tokens', {})).statusCode).toBe(403);
    expect((await ask('GET', '/api/chat/sessions')).statusCode).toBe(403);
    const list = (await ask('GET', `/api/open/v1/avatar/list?license=${token}`)).json().data;
    expect(list.map(({ avatarId }: { avatarId: string }) => avatarId)).toEqual([ownId]);
    expect(list[0].prompt).toBe('');
    expect((await ask('POST', `/api/open/v1/avatar/card?avatar=Mia&license=${token}`)).statusCode).toBe(200);
    for (const other of [foreignId, makingId, 'Zoe']) {
      const answer = await ask('POST', `/api/open/v1/avatar/card?avatar=${other}&license=${token}`);
      expect([other, answer.statusCode]).toEqual([other, 404]);
    }
  });

  type Key = { licenceId: string; keyPrefix: string; revokedAt: string | null };
  const keysInForce = async () => {
    const keys: Key[] = (await owner.send('GET', `/projects/${projectId}/keys`)).json();
    return keys.filter(({ revokedAt }) => revokedAt === null);
  };
  const makeOld = async (licenceId: string) => {
    const hourAgo = sql`now() - interval '1 hour'`;
    await context.db.orm.update(licenceKeys).set({ createdAt: hourAgo }).where(sql`id = ${licenceId}`);
    await context.db.orm.update(browserTokens).set({ expiresAt: hourAgo }).where(sql`licence_id = ${licenceId}`);
  };

  test('a link that is over leaves no key in force: after its time, and as soon as a key is made', async () => {
    const [swept, replaced, lasting] = [await newLink(), await newLink(), await newLink()];
    const { licenceId: plain } = (await owner.send('POST', `/projects/${projectId}/keys`, { name: 'Shop' })).json();
    for (const licenceId of [swept.licenceId, plain]) await makeOld(licenceId);
    await server.plane.housekeeping.runAll();
    expect((await keysInForce()).map(({ licenceId }) => licenceId)).not.toContain(swept.licenceId);
    await makeOld(replaced.licenceId);
    expect((await owner.send('POST', `/projects/${projectId}/keys`, { name: 'Next' })).statusCode).toBe(201);
    const kept = (await keysInForce()).map(({ licenceId }) => licenceId);
    expect(kept).not.toContain(replaced.licenceId);
    expect(kept).toEqual(expect.arrayContaining([plain, lasting.licenceId]));
    expect(await admit(lasting.token)).not.toBeNull();
    const { keyPrefix } = (await keysInForce()).find(({ licenceId }) => licenceId === lasting.licenceId) as Key;
    expect(keyPrefix).toMatch(/^sk_navtalk_link_\w{4}$/);
  });

  test('a link that could not be made leaves no key in force', async () => {
    const before = (await keysInForce()).length;
    const mint = vi.spyOn(server.services.tokens, 'mint');
    mint.mockRejectedValueOnce(new Error('the disk is full')).mockResolvedValueOnce(null);
    expect((await make()).statusCode).toBe(500);
    expect((await make()).statusCode).toBe(409);
    mint.mockRestore();
    expect(await keysInForce()).toHaveLength(before);
  });

  test('only members make one, for avatars of theirs that take calls, within bounds', async () => {
    expect((await make(ownId, WISH, stranger)).statusCode).toBe(404);
    expect((await make(ownId, WISH, new TestBrowser(server.app))).statusCode).toBe(401);
    const before = (await owner.send('GET', `/projects/${projectId}/keys`)).json().length;
    for (const avatarId of [foreignId, makingId, newPublicId()]) {
      expect([avatarId, (await make(avatarId)).statusCode]).toEqual([avatarId, 404]);
    }
    for (const change of [
      { lifetimeHours: 0 },
      { lifetimeHours: 90 * 24 + 1 },
      { lifetimeHours: 1.5 },
      { maxConcurrentCalls: 0 },
      { maxConcurrentCalls: 101 },
      { maxMinutesPerDay: 0 },
      { maxMinutesPerDay: null },
      { name: '' },
      { name: 'x'.repeat(200) },
    ]) {
      expect([change, (await make(ownId, { ...WISH, ...change })).statusCode]).toEqual([change, 400]);
    }
    expect((await owner.send('GET', `/projects/${projectId}/keys`)).json()).toHaveLength(before);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { BIN_DAYS } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { DEFAULT_QUOTAS } from '../../control/quotas/quotas.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const PICTURE = Buffer.from('RIFF....WEBP');
const AVATARS_PER_PROJECT = 3;

describeOnBothDatabases('the bin of avatars', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let stranger: TestBrowser;
  let project: string;
  let otherProject: string;
  let license: string;
  let baseUrl: string;
  const bundle = mkdtempSync(join(tmpdir(), 'visavis-bundle-'));
  const systemAvatarId = newPublicId();

  const newProject = async (browser: TestBrowser) => {
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    return `/projects/${projectId}`;
  };
  const copy = async (name: string, base = project): Promise<string> =>
    (await owner.send('POST', `${base}/avatars`, { fromAvatarId: systemAvatarId, name })).json().avatarId;
  const inBin = async (base = project): Promise<string[]> =>
    (await owner.send('GET', `${base}/bin`)).json().map(({ name }: { name: string }) => name);
  const own = async (base = project): Promise<string[]> =>
    (await owner.send('GET', `${base}/avatars`))
      .json()
      .filter(({ isSystem }: { isSystem: boolean }) => !isSystem)
      .map(({ name }: { name: string }) => name);

  beforeAll(async () => {
    writeFileSync(join(bundle, 'still.webp'), PICTURE);
    server = await createConsoleServer(context.db, {
      quotas: { ...DEFAULT_QUOTAS, avatarsPerProject: AVATARS_PER_PROJECT },
    });
    baseUrl = await server.listen(24500 + Math.floor(Math.random() * 400));
    await context.db.orm.insert(avatars).values({
      id: systemAvatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: basename(bundle),
      thumbnail: 'still.webp',
      prompt: 'You are Leo.',
    });
    [owner, stranger] = [new TestBrowser(server.app), new TestBrowser(server.app)];
    await owner.register(`${newPublicId()}@example.org`);
    await stranger.register(`${newPublicId()}@example.org`);
    [project, otherProject] = [await newProject(owner), await newProject(stranger)];
    license = (await owner.send('POST', `${project}/keys`, { name: 'k' })).json().key;
  });
  afterAll(async () => {
    await server.close();
    await rm(bundle, { recursive: true, force: true });
  });

  test('a deleted avatar answers nobody, by id, name, picture, link or key, and comes back as it was', async () => {
    const avatarId = await copy('Nora');
    const at = `${project}/avatars/${avatarId}`;
    const settings = { prompt: 'Be brief.', voice: 'ash', recordCalls: true };
    const before = (await owner.send('PATCH', at, settings)).json();
    const link = { name: 'Fair', lifetimeHours: 1, maxConcurrentCalls: 1, maxMinutesPerDay: 5 };
    const { path } = (await owner.send('POST', `${at}/talk-links`, link)).json();
    const token = String(path).split('#')[1] ?? '';

    const answer = await owner.send('DELETE', at);
    const days = (Date.parse(answer.json().restorableUntil) - Date.now()) / 86_400_000;
    expect([answer.statusCode, Math.round(days)]).toEqual([200, BIN_DAYS]);
    expect([await own(), await inBin()]).toEqual([[], ['Nora']]);
    for (const refused of [
      await owner.send('GET', at),
      await owner.send('PATCH', at, { name: 'x' }),
      await owner.send('DELETE', at),
      await owner.send('POST', `${at}/retry`),
      await owner.send('POST', `${at}/talk-links`, link),
      await owner.send('POST', `${project}/avatars`, { fromAvatarId: avatarId }),
      await server.app.inject(`/uploadFiles/${avatarId}.webp`),
      await server.app.inject(`/uploadFiles/${avatarId}.png`),
      await server.app.inject(`/api/open/v1/avatar/card?avatar=${avatarId}`),
      await server.app.inject(`/api/open/v1/avatar/card?avatar=Nora&license=${license}`),
      await server.app.inject(`/api/open/v1/avatar/detail?avatarId=${avatarId}&license=${license}`),
      await server.app.inject(`/api/open/v1/avatar/status?jobId=${avatarId}&license=${license}`),
      await server.app.inject(`/api/open/v1/avatar/update?id=${avatarId}&name=x&license=${license}`),
    ]) {
      expect([refused.raw.req.url, refused.statusCode]).toEqual([refused.raw.req.url, 404]);
    }
    const list = (await server.app.inject(`/api/open/v1/avatar/list?license=${license}`)).body;
    expect(list).not.toContain(avatarId);
    for (const query of [
      { license, avatarId },
      { license, name: 'Nora' },
      { license: token, avatarId },
    ]) {
      expect((await new TestClient(baseUrl, query, { origin: baseUrl.replace(/^ws/, 'http') }).closed).reason).toBe(
        'Avatar not found',
      );
    }

    expect((await owner.send('POST', `${project}/bin/${avatarId}/restore`)).json()).toEqual(before);
    expect((await owner.send('POST', `${project}/bin/${avatarId}/restore`)).statusCode).toBe(404);
    expect((await server.app.inject(`/uploadFiles/${avatarId}.webp`)).rawPayload).toEqual(PICTURE);
    const client = new TestClient(baseUrl, { license, avatarId });
    await client.event('conversation.connected.success');
    client.socket.close();
    await owner.send('DELETE', at);
  });

  test('another user neither sees nor touches what is in the bin, in this project or his own', async () => {
    const avatarId = await copy('Secret');
    await owner.send('DELETE', `${project}/avatars/${avatarId}`);
    for (const base of [project, otherProject]) {
      for (const [method, path] of [
        ['POST', `/bin/${avatarId}/restore`],
        ['DELETE', `/bin/${avatarId}`],
        ['GET', `/avatars/${avatarId}/picture`],
      ] as const) {
        expect([base, path, (await stranger.send(method, base + path)).statusCode]).toEqual([base, path, 404]);
      }
    }
    expect((await stranger.send('GET', `${project}/bin`)).statusCode).toBe(404);
    expect((await stranger.send('GET', `${otherProject}/bin`)).json()).toEqual([]);
    expect((await new TestBrowser(server.app).send('GET', `${project}/bin`)).statusCode).toBe(401);
    expect(await inBin()).toContain('Secret');
    const picture = await owner.send('GET', `${project}/avatars/${avatarId}/picture`);
    expect([picture.headers['content-type'], picture.rawPayload]).toEqual(['image/webp', PICTURE]);
    // Built-in avatars cannot be thrown away, restored or taken for something of the bin.
    expect((await owner.send('DELETE', `${project}/avatars/${systemAvatarId}`)).statusCode).toBe(403);
    expect((await owner.send('POST', `${project}/bin/${systemAvatarId}/restore`)).statusCode).toBe(404);
    expect((await owner.send('DELETE', `${project}/bin/${systemAvatarId}`)).statusCode).toBe(404);
  });

  test('one that is there is not deleted for good, one in the bin is, and the trail tells both', async () => {
    const base = await newProject(owner);
    const avatarId = await copy('Mia', base);
    expect((await owner.send('DELETE', `${base}/bin/${avatarId}`)).statusCode).toBe(404);
    await owner.send('DELETE', `${base}/avatars/${avatarId}`);
    expect((await owner.send('DELETE', `${base}/bin/${avatarId}`)).statusCode).toBe(200);
    expect((await owner.send('POST', `${base}/bin/${avatarId}/restore`)).statusCode).toBe(404);
    expect(await context.db.orm.$count(avatars, sql`id = ${avatarId}`)).toBe(0);
    const { items } = (await owner.send('GET', '/audit?limit=100')).json();
    const ofMia = items.filter(({ subjectId }: { subjectId: string }) => subjectId === avatarId);
    expect(ofMia.map(({ action }: { action: string }) => action)).toEqual([
      'avatar.deleted',
      'avatar.binned',
      'avatar.created',
    ]);
  });

  test('a name that was taken in the meantime stays with the one that took it', async () => {
    const base = await newProject(owner);
    const first = await copy('Iris', base);
    await owner.send('DELETE', `${base}/avatars/${first}`);
    const second = await copy('iris', base);
    expect((await owner.send('POST', `${base}/bin/${first}/restore`)).json().name).toBe('Iris 2');
    const key = (await owner.send('POST', `${base}/keys`, { name: 'k' })).json().key;
    const found = await server.app.inject(`/api/open/v1/avatar/getByName?name=iris&license=${key}`);
    expect(found.json().data.avatarId).toBe(second);
  });

  test('the bin takes nobody’s place, and what comes back needs one', async () => {
    const base = await newProject(owner);
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => copy(name, base)));
    await owner.send('DELETE', `${base}/avatars/${ids[0]}`);
    expect((await owner.send('GET', base)).json().usage.avatars).toMatchObject({ used: 2 });
    expect(await copy('d', base)).toMatch(/^[0-9a-f]{32}$/);
    const restored = await owner.send('POST', `${base}/bin/${ids[0]}/restore`);
    expect([restored.statusCode, restored.json().error.code]).toEqual([409, 'quota-reached']);
    await owner.send('DELETE', `${base}/avatars/${ids[1]}`);
    expect((await owner.send('POST', `${base}/bin/${ids[0]}/restore`)).statusCode).toBe(200);
  });

  test('the oldest leave a bin of more than a hundred, and everything leaves after its days', async () => {
    const base = await newProject(owner);
    const projectId = base.split('/')[2] ?? '';
    const row = { provider: 'local', model: 'local', voice: 'cedar', language: 'en', bundleName: basename(bundle) };
    const rows = Array.from({ length: 101 }, (_, index) => ({
      ...row,
      id: newPublicId(),
      projectId,
      name: `Old ${index}`,
      bundleSource: 'shipped' as const,
      binnedAt: new Date(Date.now() - (BIN_DAYS - 1) * 86_400_000 - index * 1000),
    }));
    await context.db.orm.insert(avatars).values(rows);
    await owner.send('DELETE', `${base}/avatars/${await copy('New', base)}`);
    const names = await inBin(base);
    expect([names.length, names[0], names.at(-1)]).toEqual([100, 'New', 'Old 98']);

    await server.plane.housekeeping.runAll();
    expect(await inBin(base)).toHaveLength(100);
    await context.db.orm.execute(
      sql`update avatars set binned_at = binned_at - interval '26 hours' where project_id = ${projectId}`,
    );
    await server.plane.housekeeping.runAll();
    expect(await inBin(base)).toEqual(['New']);
  });

  test('programs that delete with a key delete for good, as ever', async () => {
    const avatarId = await copy('By a program');
    await server.app.inject({ method: 'POST', url: `/api/open/v1/avatar/delete?id=${avatarId}&license=${license}` });
    expect(await inBin()).not.toContain('By a program');
    expect(await context.db.orm.$count(avatars, sql`id = ${avatarId}`)).toBe(0);
  });
});

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const DAY_MS = 24 * 3600 * 1000;

describeOnBothDatabases('conversations', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let projectId: string;
  let path: string;
  const avatarId = newPublicId();

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    path = `/projects/${projectId}/conversations`;
  });

  const talk = async (options: { ageDays?: number; text?: string; ends?: boolean; avatar?: string } = {}) => {
    const { ageDays = 0, text = 'Hello?', ends = true, avatar = avatarId } = options;
    const { conversations } = server.plane;
    const sessionId = newPublicId();
    const startedAt = new Date(Date.now() - ageDays * DAY_MS);
    const after = (ms: number) => new Date(startedAt.getTime() + ms);
    await conversations.start({ sessionId, projectId, licenceId: newPublicId(), avatarId: avatar, startedAt });
    await conversations.addMessage({ sessionId, role: 'user', text, at: after(1500) });
    await conversations.addMessage({ sessionId, role: 'tool', text: 'book({"seats":2})', at: after(2000) });
    await conversations.addMessage({
      sessionId,
      role: 'assistant',
      text: 'Done',
      at: after(65_000),
      interrupted: true,
    });
    if (ends) await conversations.end(sessionId, { endedAt: after(70_000), status: 'completed', reason: 'left' });
    return sessionId;
  };
  const idsOf = async (query = '') =>
    (await browser.send('GET', `${path}${query}`)).json().items.map((item: { sessionId: string }) => item.sessionId);

  test('listed newest first, page by page, filtered by avatar, state, time and words', async () => {
    const other = newPublicId();
    const ids = [
      await talk({ ageDays: 3, text: 'A table, 100% sure_' }),
      await talk({ avatar: other }),
      await talk({ ends: false }),
    ];
    expect(await idsOf()).toEqual([...ids].reverse());
    const first = (await browser.send('GET', `${path}?limit=2`)).json();
    expect(await idsOf(`?limit=2&cursor=${first.nextCursor}`)).toEqual([ids[0]]);
    expect(await idsOf(`?avatarId=${other}`)).toEqual([ids[1]]);
    expect(await idsOf('?status=active')).toEqual([ids[2]]);
    expect(await idsOf(`?to=${new Date(Date.now() - DAY_MS).toISOString()}`)).toEqual([ids[0]]);
    expect(await idsOf('?text=a%20TABLE')).toEqual([ids[0]]);
    expect(await idsOf(`?text=${encodeURIComponent('100%')}`)).toEqual([ids[0]]);
    expect(await idsOf(`?text=${encodeURIComponent('l_o')}`)).toEqual([]);
    expect(await idsOf(`?text=${encodeURIComponent(`' or 1=1 --`)}`)).toEqual([]);
    expect(await idsOf(`?text=${ids[1]}`)).toEqual([ids[1]]);
    for (const query of ['?limit=0', '?limit=1000', '?cursor=x', '?status=lost', '?from=yesterday']) {
      expect([query, (await browser.send('GET', `${path}${query}`)).statusCode]).toEqual([query, 400]);
    }
  });

  test('a long record is searched piece by piece: everything is found, and one project reads no more than its part', async () => {
    await context.db.pool.query(
      `with talk as (
         insert into conversations (id, project_id, licence_id, avatar_id, status, started_at, ended_at, text_bytes)
         select md5($1 || n), $1, 'l', 'a', 1, now(), now(), 10000 from generate_series(1, 1500) as n order by n
         returning id)
       insert into messages (conversation_id, role, text, at) select id, 'user', repeat('nothing ', 1250), now() from talk`,
      [projectId],
    );
    const needles = [1, 777, 1500].map((number) => `md5('${projectId}' || ${number})`).join(', ');
    await context.db.pool.query(`update messages set text = 'a needle' where conversation_id in (${needles})`);
    const search = async (): Promise<number> => {
      let found = 0;
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = (await browser.send('GET', `${path}?text=needle&limit=2${query}`)).json();
        found += page.items.length;
        cursor = page.nextCursor;
      }
      return found;
    };
    expect(await search()).toBe(3);
    const floods = Array.from({ length: 45 }, () => browser.send('GET', `${path}?text=haystack`));
    const statuses = (await Promise.all(floods)).map(({ statusCode }) => statusCode);
    expect([...new Set(statuses)].sort()).toEqual([200, 429]);
    // Four answers of one caller are on their way at once, and thirty more requests wait for them.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(45 - 4 - 30);
  });

  test('a transcript has roles, times and tool calls, and is exported as a file', async () => {
    const sessionId = await talk({ text: '<script>alert(1)</script>' });
    const transcript = (await browser.send('GET', `${path}/${sessionId}`)).json();
    expect(transcript).toMatchObject({
      sessionId,
      status: 'completed',
      reason: 'left',
      messageCount: 3,
      avatarName: null,
    });
    expect(transcript.messages).toMatchObject([
      { role: 'user', text: '<script>alert(1)</script>', offsetMs: 1500, interrupted: false },
      { role: 'tool', text: 'book({"seats":2})', offsetMs: 2000 },
      { role: 'assistant', text: 'Done', offsetMs: 65_000, interrupted: true },
    ]);
    const json = await browser.send('GET', `${path}/${sessionId}/export`);
    expect(json.headers['content-disposition']).toMatch(
      /^attachment; filename="conversation-[\d-]+-[0-9a-f]{8}\.json"$/,
    );
    expect(json.json()).toEqual(transcript);
    const text = await browser.send('GET', `${path}/${sessionId}/export?format=text`);
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text.headers['x-content-type-options']).toBe('nosniff');
    expect(text.body).toContain('[01:05] assistant: Done [interrupted]');
  });

  test('deleted when it has ended, with a trace', async () => {
    const [ended, live] = [await talk(), await talk({ ends: false })];
    expect((await browser.send('DELETE', `${path}/${live}`)).statusCode).toBe(409);
    expect((await browser.send('DELETE', `${path}/${ended}`)).statusCode).toBe(200);
    expect((await browser.send('DELETE', `${path}/${ended}`)).statusCode).toBe(404);
    expect(await idsOf()).toEqual([live]);
    const { rows } = await context.db.orm.execute(sql`select 1 from messages where conversation_id = ${ended}`);
    expect(rows).toEqual([]);
    expect((await browser.send('GET', '/audit')).json().items[0]).toMatchObject({ action: 'conversation.deleted' });
  });

  test('a recorded talk has a film behind a link that expires, until the talk is deleted', async () => {
    const [recorded, silent, live] = [await talk(), await talk(), await talk({ ends: false })];
    const { folder } = server.plane.recordings;
    const film = join(folder, `${recorded}.webm`);
    await writeFile(film, 'a film of a call');
    await writeFile(join(folder, `${live}.webm`), 'half a film');
    const linkOf = async (sessionId: string) =>
      (await browser.send('GET', `${path}/${sessionId}`)).json().recordingUrl as string | null;
    expect([await linkOf(silent), await linkOf(live)]).toEqual([null, null]);
    const link = (await linkOf(recorded)) ?? '';
    const whole = await server.app.inject(link);
    expect([whole.statusCode, whole.headers['content-type'], whole.body]).toEqual([
      200,
      'video/webm',
      'a film of a call',
    ]);
    const { 'cache-control': caching, 'content-disposition': disposition } = whole.headers;
    expect([caching, disposition]).toEqual(['no-store', `inline; filename="${recorded}.webm"`]);
    const part = await server.app.inject({ url: link, headers: { range: 'bytes=2-5' } });
    expect([part.statusCode, part.body]).toEqual([206, 'film']);
    const forged = [
      link.replace(/expires=\d+/, 'expires=9999999999999'),
      link.replace(recorded, live),
      link.replace(/signature=.*/, 'signature='),
      `/recordings/${recorded}`,
      `/recordings/${encodeURIComponent('../master.key')}?${link.split('?')[1]}`,
    ];
    for (const url of forged) expect([url, (await server.app.inject(url)).statusCode]).toEqual([url, 404]);
    await browser.send('DELETE', `${path}/${recorded}`);
    expect((await server.app.inject(link)).statusCode).toBe(404);
    await expect(access(film)).rejects.toThrow('ENOENT');
  });

  test('retention deletes what is too old and has ended, and nothing else', async () => {
    const [old, young, live] = [
      await talk({ ageDays: 8 }),
      await talk({ ageDays: 6 }),
      await talk({ ageDays: 8, ends: false }),
    ];
    await server.plane.housekeeping.runAll();
    expect(await idsOf()).toEqual([live, young, old]);
    await browser.send('PATCH', `/projects/${projectId}`, { retentionDays: 7 });
    await server.plane.housekeeping.runAll();
    expect(await idsOf()).toEqual([live, young]);
  });
});

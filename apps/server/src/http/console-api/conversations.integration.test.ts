import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { messages } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const DAY_MS = 24 * 3600 * 1000;

describeOnBothDatabases('conversations', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let projectId: string;
  let licenceId: string;
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
    licenceId = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'Front desk' })).json().licenceId;
    path = `/projects/${projectId}/conversations`;
  });

  const talk = async (
    options: { ageDays?: number; text?: string; ends?: boolean; avatar?: string; durationMs?: number } = {},
  ) => {
    const { ageDays = 0, text = 'Hello?', ends = true, avatar = avatarId, durationMs = 70_000 } = options;
    const { conversations } = server.plane;
    const sessionId = newPublicId();
    const startedAt = new Date(Date.now() - ageDays * DAY_MS);
    const after = (ms: number) => new Date(startedAt.getTime() + ms);
    const origin = 'https://shop.example';
    await conversations.start({ sessionId, projectId, licenceId, avatarId: avatar, startedAt, origin });
    await conversations.addMessage({ sessionId, role: 'user', text, at: after(1500), startedAt: after(400) });
    // As records of before have a call of a tool that could not be read.
    await context.db.orm
      .insert(messages)
      .values({ conversationId: sessionId, role: 'tool', text: 'book({"seats":2})', at: after(2000) });
    await conversations.addMessage({
      sessionId,
      role: 'assistant',
      text: 'Done',
      at: after(65_000),
      startedAt: after(2_312),
      latencyMs: 812,
      interrupted: true,
      by: 'operator',
    });
    if (ends) await conversations.end(sessionId, { endedAt: after(durationMs), status: 'completed', reason: 'left' });
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
      keyName: 'Front desk',
      origin: 'https://shop.example',
      firstWords: '<script>alert(1)</script>',
      latencyMs: 812,
      recordingOffsetMs: 0,
    });
    expect(transcript.messages).toMatchObject([
      { role: 'user', text: '<script>alert(1)</script>', offsetMs: 400, endMs: 1500, interrupted: false },
      { role: 'tool', text: 'book({"seats":2})', offsetMs: 2000, endMs: 2000, latencyMs: null, by: null },
      {
        role: 'assistant',
        text: 'Done',
        offsetMs: 2_312,
        endMs: 65_000,
        latencyMs: 812,
        interrupted: true,
        by: 'operator',
      },
    ]);
    const json = await browser.send('GET', `${path}/${sessionId}/export`);
    expect(json.headers['content-disposition']).toMatch(
      /^attachment; filename="conversation-[\d-]+-[0-9a-f]{8}\.json"$/,
    );
    expect(json.json()).toEqual(transcript);
    const text = await browser.send('GET', `${path}/${sessionId}/export?format=text`);
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text.headers['x-content-type-options']).toBe('nosniff');
    expect(text.body).toContain('[00:02] operator: Done [interrupted]');
  });

  test('calls of tools stand on the time line with what came of them, in exports, searches and counts, and go with their talk', async () => {
    const sessionId = await talk({ ends: false });
    const { conversations } = server.plane;
    const { startedAt } = (await browser.send('GET', `${path}/${sessionId}`)).json();
    const at = (ms: number) => new Date(Date.parse(startedAt) + ms);
    const call = (callId: string, argumentsJson: string, ms: number) =>
      conversations.startToolCall({ sessionId, callId, name: 'book_table', argumentsJson, at: at(ms) });
    await call('c1', '{"guests":9}', 66_000);
    await conversations.finishToolCall({ sessionId, callId: 'c1', output: 'Table seven', at: at(67_500) });
    await call('c2', '{}', 68_000);
    expect((await browser.send('GET', `${path}/${sessionId}`)).json().toolCalls[1]).toMatchObject({ state: 'open' });
    const usage = { speaker: { characters: 30 }, thinker: { inputTokens: 40, outputTokens: 6 } };
    await conversations.end(sessionId, { endedAt: at(70_000), status: 'completed', reason: 'left', usage });
    await talk();

    const transcript = (await browser.send('GET', `${path}/${sessionId}`)).json();
    expect([transcript.messageCount, transcript.messages.length]).toEqual([5, 3]);
    const last = transcript.messages[2].messageId;
    expect(transcript.toolCalls).toEqual([
      {
        ordinal: expect.any(Number),
        callId: 'c1',
        name: 'book_table',
        argumentsJson: '{"guests":9}',
        state: 'answered',
        output: 'Table seven',
        offsetMs: 66_000,
        durationMs: 1_500,
        requestedAt: at(66_000).toISOString(),
        answeredAt: at(67_500).toISOString(),
        by: null,
      },
      {
        ordinal: expect.any(Number),
        callId: 'c2',
        name: 'book_table',
        argumentsJson: '{}',
        state: 'unanswered',
        output: null,
        offsetMs: 68_000,
        durationMs: null,
        requestedAt: at(68_000).toISOString(),
        answeredAt: null,
        by: null,
      },
    ]);
    expect(transcript.toolCalls[0].ordinal).toBeGreaterThan(last);
    const none = { cachedInputTokens: null, audioInputTokens: null, audioOutputTokens: null, seconds: null };
    expect(transcript.usage).toEqual([
      { part: 'thinker', ...none, inputTokens: 40, outputTokens: 6, characters: null },
      { part: 'speaker', ...none, inputTokens: null, outputTokens: null, characters: 30 },
    ]);
    for (const text of ['BOOK_TABLE', '"guests":9', 'table seven']) {
      expect([text, await idsOf(`?text=${encodeURIComponent(text)}`)]).toEqual([text, [sessionId]]);
    }
    expect((await browser.send('GET', `${path}/${sessionId}/export`)).json().toolCalls).toEqual(transcript.toolCalls);
    const text = await browser.send('GET', `${path}/${sessionId}/export?format=text`);
    expect(text.body.split('\n').slice(-4)).toEqual([
      '[00:02] operator: Done [interrupted]',
      '[01:06] tool: book_table({"guests":9}) -> Table seven [after 1.5 s]',
      '[01:08] tool: book_table({}) [no result]',
      '',
    ]);
    await browser.send('DELETE', `${path}/${sessionId}`);
    const { rows } = await context.db.orm.execute(sql`select 1 from tool_calls where conversation_id = ${sessionId}`);
    expect(rows).toEqual([]);
  });

  test('what was recorded before starts were kept has its old times, and no known offset of its film', async () => {
    const sessionId = await talk();
    await context.db.orm.execute(
      sql`update conversations set recording_offset_ms = null, origin = null where id = ${sessionId}`,
    );
    await context.db.orm.execute(
      sql`update messages set started_at = null, latency_ms = null where conversation_id = ${sessionId}`,
    );
    const transcript = (await browser.send('GET', `${path}/${sessionId}`)).json();
    expect(transcript).toMatchObject({ recordingOffsetMs: null, origin: null, latencyMs: null });
    expect(transcript.messages[2]).toMatchObject({ offsetMs: 65_000, endMs: 65_000, latencyMs: null });
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

  test('of a person are forgotten by any `userId` that a browser token may have, however long', async () => {
    const callerId = 'u'.repeat(LIMITS.characters.word);
    const sessionId = newPublicId();
    const { conversations } = server.plane;
    await conversations.start({ sessionId, projectId, licenceId, avatarId, startedAt: new Date(), callerId });
    await conversations.end(sessionId, { endedAt: new Date(), status: 'completed', reason: 'left' });
    const other = await talk();
    const forgotten = await browser.send('DELETE', `/projects/${projectId}/callers/${callerId}`);
    expect(forgotten.json()).toEqual({ deleted: [sessionId], kept: [] });
    expect(await idsOf()).toEqual([other]);
  });

  test('ordered by age and length, page by page, each talk once', async () => {
    const lengths = [30_000, 90_000, 30_000, 10_000];
    const ids: string[] = [];
    for (const durationMs of lengths) ids.push(await talk({ durationMs }));
    const live = await talk({ ends: false });
    const all = async (sort: string): Promise<(string | undefined)[]> => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: string = `?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`;
        const page = (await browser.send('GET', path + query)).json();
        found.push(...page.items.map((item: { sessionId: string }) => item.sessionId));
        cursor = page.nextCursor;
      }
      return found;
    };
    expect(await all('oldest')).toEqual([...ids, live]);
    expect(await all('newest')).toEqual([...ids, live].reverse());
    expect(await all('longest')).toEqual([ids[1], ids[2], ids[0], ids[3], live]);
    expect(await all('shortest')).toEqual([ids[3], ids[0], ids[2], ids[1], live]);
    for (const query of [
      '?sort=cheapest',
      '?sort=oldest&text=Hello',
      '?sort=longest&cursor=1',
      '?sort=oldest&cursor=x.y',
    ]) {
      expect([query, (await browser.send('GET', `${path}${query}`)).statusCode]).toEqual([query, 400]);
    }
  });

  test('many are deleted or exported at once, and none of another project’s or going on', async () => {
    const [one, other, live] = [await talk({ text: 'First words' }), await talk(), await talk({ ends: false })];
    const film = join(server.plane.recordings.folder, `${one}.webm`);
    await writeFile(film, 'a film of a call');
    const stranger = new TestBrowser(server.app);
    await stranger.register(`${newPublicId()}@example.org`);
    const strangerProject = (await stranger.send('POST', '/projects', { name: 'Thief' })).json().projectId;
    const foreignPath = `/projects/${strangerProject}/conversations`;

    const stolen = await stranger.send('POST', `${foreignPath}/export`, { sessionIds: [one, other] });
    expect([stolen.statusCode, stolen.json()]).toEqual([200, []]);
    const attack = await stranger.send('POST', `${foreignPath}/delete`, { sessionIds: [one, other] });
    expect(attack.json()).toEqual({ deleted: [], kept: [one, other] });
    for (const action of ['delete', 'export']) {
      const intruding = await stranger.send('POST', `${path}/${action}`, { sessionIds: [one] });
      expect([action, intruding.statusCode]).toEqual([action, 404]);
      for (const sessionIds of [[], ['x'], Array.from({ length: 101 }, () => one), one]) {
        const refused = await browser.send('POST', `${path}/${action}`, { sessionIds });
        expect([action, sessionIds, refused.statusCode]).toEqual([action, sessionIds, 400]);
      }
    }

    const json = await browser.send('POST', `${path}/export`, { sessionIds: [one, newPublicId(), live] });
    expect(json.headers['content-disposition']).toMatch(/^attachment; filename="conversations-[\d-]+\.json"$/);
    expect(json.json().map((item: { sessionId: string }) => item.sessionId)).toEqual([one, live]);
    expect(json.json()[0]).toEqual({
      ...(await browser.send('GET', `${path}/${one}`)).json(),
      recordingUrl: expect.stringContaining(one),
    });
    const text = await browser.send('POST', `${path}/export`, { sessionIds: [one, other], format: 'text' });
    expect(text.body).toContain(`${one}\n`);
    expect(text.body).toContain('[00:00] user: First words');

    const { records, readingPlaces } = server.plane;
    const placesHeld: number[] = [];
    const reading = vi.spyOn(records, 'messages').mockImplementation(async () => {
      placesHeld.push(readingPlaces.reading.heldCount);
      return [];
    });
    expect((await browser.send('POST', `${path}/export`, { sessionIds: [one, other] })).json()).toHaveLength(2);
    expect([placesHeld, readingPlaces.reading.heldCount]).toEqual([[1, 1], 0]);
    reading.mockRestore();

    const deleted = await browser.send('POST', `${path}/delete`, { sessionIds: [one, one, other, live] });
    expect(deleted.json()).toEqual({ deleted: expect.arrayContaining([one, other]), kept: [live] });
    expect(deleted.json().deleted).toHaveLength(2);
    expect(await idsOf()).toEqual([live]);
    await expect(access(film)).rejects.toThrow('ENOENT');
    const trail = (await browser.send('GET', '/audit')).json().items;
    expect(trail.filter(({ action }: { action: string }) => action === 'conversation.deleted')).toHaveLength(2);
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

import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { conversations } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

const HOUR_MS = 3_600_000;

describeOnBothDatabases('the rating of a call', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let projectId: string;
  let key: { licenceId: string; key: string };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    key = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'Web' })).json();
  });
  afterAll(() => server.close());

  const talk = async (endedAgoMs: number | null = 1_000): Promise<string> => {
    const { conversations: store } = server.plane;
    const sessionId = newPublicId();
    const startedAt = new Date(Date.now() - (endedAgoMs ?? 0) - 60_000);
    await store.start({ sessionId, projectId, licenceId: key.licenceId, avatarId: newPublicId(), startedAt });
    if (endedAgoMs === null) return sessionId;
    await store.end(sessionId, { endedAt: new Date(Date.now() - endedAgoMs), status: 'completed', reason: 'left' });
    return sessionId;
  };
  const keyOf = (sessionId: string) => server.plane.rating.ratingKeys.of(sessionId);
  const rate = (payload: Readonly<Record<string, string>>) =>
    server.app.inject({ method: 'POST', url: '/api/chat/ratings', payload });
  const rateOwn = (sessionId: string, rating: string, text = '') =>
    rate({ sessionId, ratingKey: keyOf(sessionId), rating, text });
  const read = async (sessionId: string) => {
    const { rating, ratingText } = (
      await browser.send('GET', `/projects/${projectId}/conversations/${sessionId}`)
    ).json();
    return [rating, ratingText];
  };

  test('is kept with the conversation, and a second one replaces it', async () => {
    const sessionId = await talk();
    expect(await read(sessionId)).toEqual([null, '']);
    const rated = await rateOwn(sessionId, 'up', 'Quick,\u0000 and friendly');
    expect([rated.statusCode, rated.json().data]).toEqual([200, { rating: 'up', text: 'Quick, and friendly' }]);
    expect(rated.headers['access-control-allow-origin']).toBe('*');
    expect(await read(sessionId)).toEqual(['up', 'Quick, and friendly']);
    const form = new URLSearchParams({ sessionId, ratingKey: keyOf(sessionId), rating: 'down' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const again = await server.app.inject({ method: 'POST', url: '/api/chat/ratings', payload: form, headers });
    expect(again.statusCode).toBe(200);
    expect(await read(sessionId)).toEqual(['down', '']);
  });

  test('is given 20 times an hour at most; those of other calls do not count', async () => {
    const [sessionId, other] = [await talk(), await talk()];
    const codes = [];
    for (let count = 0; count < 21; count += 1) codes.push((await rateOwn(sessionId, 'up', `${count}`)).statusCode);
    expect(codes).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    expect(await read(sessionId)).toEqual(['up', '19']);
    expect((await rateOwn(other, 'down')).statusCode).toBe(200);
  });

  test('is of whoever had the call: no key of another call, nor of another purpose, opens it', async () => {
    const [own, other] = [await talk(), await talk()];
    const { talkKeys, reconnectKeys } = server.plane;
    for (const ratingKey of [keyOf(other), talkKeys.of(own), reconnectKeys.of(own), key.key, `${keyOf(own)}A`, 'x']) {
      const { statusCode } = await rate({ sessionId: own, ratingKey, rating: 'down', license: key.key });
      expect([ratingKey, statusCode]).toEqual([ratingKey, 403]);
    }
    expect((await rate({ sessionId: own, rating: 'down', license: key.key })).statusCode).toBe(400);
    expect(await read(own)).toEqual([null, '']);
  });

  test('is bounded, and of a call that goes on or has just ended', async () => {
    const sessionId = await talk();
    for (const [rating, text] of [
      ['up', 'x'.repeat(1_001)],
      ['sideways', ''],
      ['', ''],
    ] as const) {
      expect([rating, (await rateOwn(sessionId, rating, text)).statusCode]).toEqual([rating, 400]);
    }
    expect((await rateOwn(sessionId, 'up', 'x'.repeat(1_000))).statusCode).toBe(200);
    expect((await rateOwn(await talk(null), 'up')).statusCode).toBe(200);
    expect((await rateOwn(await talk(HOUR_MS + 60_000), 'up')).statusCode).toBe(404);
    expect((await rateOwn(newPublicId(), 'up')).statusCode).toBe(404);
  });

  test('filters the conversations, and goes with them into exports, over REST, and away', async () => {
    const [good, bad, none] = [await talk(), await talk(), await talk()];
    await rateOwn(good, 'up', 'Lovely');
    await rateOwn(bad, 'down');
    const ids = async (query: string) =>
      (await browser.send('GET', `/projects/${projectId}/conversations${query}`))
        .json()
        .items.map((item: { sessionId: string }) => item.sessionId);
    const [ups, downs] = [await ids('?rating=up'), await ids('?rating=down')];
    for (const [list, holds] of [
      [ups, [true, false, false]],
      [downs, [false, true, false]],
    ] as const) {
      expect([good, bad, none].map((id) => list.includes(id))).toEqual(holds);
    }
    expect((await browser.send('GET', `/projects/${projectId}/conversations?rating=x`)).statusCode).toBe(400);
    const exported = async (format: string) =>
      (await browser.send('GET', `/projects/${projectId}/conversations/${good}/export?format=${format}`)).body;
    expect(JSON.parse(await exported('json'))).toMatchObject({ rating: 'up', ratingText: 'Lovely' });
    expect(await exported('text')).toContain('\nRated: up, Lovely\n');
    const session = await server.app.inject({ url: `/api/chat/sessions/${good}`, headers: { license: key.key } });
    expect(session.json().data).toMatchObject({ rating: 'up', ratingText: 'Lovely' });
    await browser.send('DELETE', `/projects/${projectId}/conversations/${good}`);
    expect(await context.db.orm.select().from(conversations).where(eq(conversations.id, good))).toEqual([]);
    expect((await rateOwn(good, 'up')).statusCode).toBe(404);
  });
});

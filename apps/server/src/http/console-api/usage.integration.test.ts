import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('usage of calls', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let baseUrl: string;
  let path: string;
  let key: { key: string; licenceId: string };
  let email: string;
  const avatarId = newPublicId();

  beforeAll(async () => {
    server = await createConsoleServer(context.db, { points: { perMinute: 600_000, free: 0.5 } });
    baseUrl = await server.listen(24000 + Math.floor(Math.random() * 400));
    await context.db.orm.insert(avatars).values({
      id: avatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
    });
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    browser = new TestBrowser(server.app);
    email = `${newPublicId()}@example.org`;
    await browser.register(email);
    path = `/projects/${(await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId}`;
    key = (await browser.send('POST', `${path}/keys`, { name: 'k' })).json();
  });

  const call = () => new TestClient(baseUrl, { license: key.key, avatarId });

  test('a call that uses up the points ends with insufficient_balance, and the next is refused', async () => {
    expect((await browser.send('GET', `${path}/wallet`)).json()).toEqual({
      balance: 0.5,
      isUnlimited: false,
      pointsPerMinute: 600_000,
    });
    const client = call();
    await client.event('conversation.connected.success');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.meter.tick();
    await client.event('conversation.connected.insufficient_balance');
    expect(await client.closed).toEqual({ code: 4402, reason: 'Insufficient points' });
    const next = call();
    expect((await next.closed).reason).toBe('Insufficient points');
    expect(next.types()).toEqual(['conversation.connected.insufficient_balance', 'conversation.connected.fail']);

    expect((await browser.send('GET', `${path}/wallet`)).json().balance).toBe(0);
    const { days } = (await browser.send('GET', `${path}/usage`)).json();
    expect(days).toEqual([expect.objectContaining({ licenceId: key.licenceId, calls: 1, points: 0.5 })]);
    expect(days[0].callSeconds).toBeGreaterThan(0.04);
    const { items } = (await browser.send('GET', `${path}/ledger`)).json();
    expect(items.at(-1)).toMatchObject({ kind: 'free', points: 0.5 });
    expect(items.reduce((sum: number, entry: { points: number }) => sum + entry.points, 0)).toBeCloseTo(0, 6);

    const usage = (await browser.send('GET', `${path}/usage`)).json();
    expect(usage.avatars).toEqual([
      expect.objectContaining({ avatarId, avatarName: 'navtalk.Leo', calls: 1, points: 0.5 }),
    ]);
    expect((await browser.send('GET', `${path}/usage?avatarId=${newPublicId()}`)).json()).toMatchObject({
      days: [],
      avatars: [],
    });
    await expect
      .poll(async () => (await browser.send('GET', `${path}/ledger/sums`)).json().items[0])
      .toMatchObject({
        kind: 'call',
        points: -0.5,
        keyName: 'k',
        avatarId,
        avatarName: 'navtalk.Leo',
        hasTranscript: true,
      });
    const sums = (await browser.send('GET', `${path}/ledger/sums`)).json().items;
    expect(sums.map(({ kind }: { kind: string }) => kind)).toEqual(['call', 'free']);
    const { sourceId } = sums[0];
    expect((await browser.send('GET', `${path}/conversations/${sourceId}`)).statusCode).toBe(200);
  });

  test('minutes per day end a call, and the ledger pages', async () => {
    await server.services.accounts.setRole(email, 'operator');
    await browser.send('PUT', `${path}/wallet`, { isUnlimited: true });
    await browser.send('PATCH', `${path}/keys/${key.licenceId}`, { maxMinutesPerDay: 1 });
    const client = call();
    await client.event('conversation.connected.success');
    await server.meter.tick();
    await context.db.orm.execute(sql`update usage_days set call_ms = 60000 where licence_id = ${key.licenceId}`);
    await server.meter.tick();
    expect((await client.closed).reason).toBe('Daily minutes used up');
    expect(client.events.at(-1)).toMatchObject({ data: { code: 'daily-limit' } });
    expect((await call().closed).reason).toBe('Daily minutes used up');

    const first = (await browser.send('GET', `${path}/ledger?limit=1`)).json();
    const second = (await browser.send('GET', `${path}/ledger?limit=100&cursor=${first.nextCursor}`)).json();
    expect(first.items).toHaveLength(1);
    expect(second.items.map(({ entryId }: { entryId: number }) => entryId)).not.toContain(first.items[0].entryId);
    expect(second.nextCursor).toBeNull();
  });

  test('points are given by operators only', async () => {
    const give = (body: object) => browser.send('POST', `${path}/points`, body);
    expect((await give({ points: 100 })).statusCode).toBe(403);
    expect((await browser.send('PUT', `${path}/wallet`, { isUnlimited: true })).statusCode).toBe(403);
    await server.services.accounts.setRole(email, 'operator');
    expect((await give({ points: 100.25, note: 'Welcome' })).json()).toMatchObject({ balance: 100.75 });
    for (const body of [{ points: -1 }, { points: 0 }, { points: 'many' }, { points: 1e300 }]) {
      expect([body, (await give(body)).statusCode]).toEqual([body, 400]);
    }
    const range = '?from=2020-01-01&to=2026-01-01';
    expect((await browser.send('GET', `${path}/usage${range}`)).statusCode).toBe(400);
    expect((await browser.send('GET', `${path}/usage?from=x`)).statusCode).toBe(400);
    for (const query of [range, '?from=x', '?cursor=x', '?limit=101', '?to=2020-01-01&from=2018-01-01']) {
      expect([query, (await browser.send('GET', `${path}/ledger/sums${query}`)).statusCode]).toEqual([query, 400]);
    }
    expect((await browser.send('GET', `${path}/ledger/sums?to=2020-01-01`)).json()).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});

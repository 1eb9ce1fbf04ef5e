import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAddressGuard, type FindAddresses } from '@visavis/protocol/address-guard';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createConversationStore, endLostTalks } from '../../control/conversations/conversation-store.ts';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';
import { WebhookReceiver } from './testing/webhook-receiver.ts';

const MIGRATION = new URL('../../db/migrations/0016_unsure-answers.sql', import.meta.url);

describeOnBothDatabases('webhooks', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let projectId: string;
  let path: string;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    const privateHosts = ['localhost'];
    const guard = createAddressGuard({ allowedPrivateHosts: privateHosts });
    const findAddresses: FindAddresses = async (url, signal) =>
      url.hostname === 'shop.example'
        ? { addresses: [{ address: '127.0.0.1', family: 4 }], isPrivate: false }
        : guard(url, signal);
    server = await createConsoleServer(context.db, { webhooks: { privateHosts, findAddresses } });
  });
  afterAll(async () => {
    await server?.close();
    receiver?.close();
  });

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    await context.db.orm.execute(sql`delete from webhooks`);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    path = `/projects/${projectId}/webhooks`;
    receiver.reset();
  });

  const add = async (kind: string, url = receiver.url): Promise<{ webhookId: string; secret: string }> => {
    const reply = await browser.send('POST', path, { kind, url });
    expect(reply.statusCode).toBe(201);
    return reply.json();
  };
  const log = async (webhookId: string) => (await browser.send('GET', `${path}/${webhookId}/deliveries`)).json();
  const runUntil = async (count: number): Promise<void> => {
    await expect
      .poll(
        async () => {
          await server.plane.webhookWorker.runDue();
          return receiver.posts.length;
        },
        { timeout: 20_000 },
      )
      .toBe(count);
  };
  const makeAllDue = () =>
    context.db.orm.execute(sql`update webhook_deliveries set due_at = now() where state = 'waiting'`);

  const talk = async (): Promise<string> => {
    const { conversations } = server.plane;
    const sessionId = newPublicId();
    const startedAt = new Date('2026-05-01T10:00:00Z');
    await conversations.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt });
    await conversations.addMessage({ sessionId, role: 'user', text: 'Hello?', at: new Date('2026-05-01T10:00:02Z') });
    await conversations.addMessage({ sessionId, role: 'assistant', text: 'Hi!', at: new Date('2026-05-01T10:00:04Z') });
    await conversations.end(sessionId, {
      endedAt: new Date('2026-05-01T10:01:00Z'),
      status: 'completed',
      reason: 'left',
    });
    await conversations.drain();
    return sessionId;
  };

  test('the end of a talk that a crash cut off is posted too, by the node that ends it', async () => {
    await add('message');
    await add('session');
    const sessionId = newPublicId();
    const startedAt = new Date('2026-05-01T10:00:00Z');
    const at = new Date('2026-05-01T10:00:02Z');
    const ofLostNode = createConversationStore(context.db);
    await ofLostNode.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt });
    await ofLostNode.addMessage({ sessionId, role: 'user', text: 'Hello?', at });
    for (const talk of await endLostTalks(context.db, [sessionId])) server.plane.takeLost(talk);
    expect(await endLostTalks(context.db, [sessionId])).toEqual([]);
    await server.plane.conversations.drain();
    await runUntil(2);
    const bodies = receiver.posts.map(({ body }) => JSON.parse(body)).sort((one) => ('event' in one ? -1 : 1));
    expect(bodies).toEqual([
      {
        event: 'session.closed',
        session_id: sessionId,
        role: 'system',
        timestamp: at.toISOString(),
        message: 'the server stopped',
      },
      {
        session_id: sessionId,
        start_time: startedAt.toISOString(),
        end_time: at.toISOString(),
        messages: [{ role: 'user', message: 'Hello?', timestamp: at.toISOString() }],
      },
    ]);
  });

  test('calls of tools and their results are posted as messages of the system, once each', async () => {
    await add('message');
    await add('session');
    const { conversations } = server.plane;
    const sessionId = newPublicId();
    const at = (second: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, second));
    await conversations.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt: at(0) });
    const call = { sessionId, callId: 'c', name: 'add', argumentsJson: '{"x":1}' };
    await conversations.startToolCall({ ...call, at: at(1) });
    await conversations.finishToolCall({ sessionId, callId: 'c', output: null, at: at(2) });
    await conversations.finishToolCall({ sessionId, callId: 'c', output: '4', at: at(3) });
    await conversations.end(sessionId, { endedAt: at(4), status: 'completed', reason: 'left' });
    await conversations.drain();
    await runUntil(5);
    const told = [
      { message: '{"callId":"c","name":"add","arguments":"{\\"x\\":1}"}', timestamp: at(1).toISOString() },
      { message: '{"callId":"c","output":"4"}', timestamp: at(3).toISOString() },
    ];
    const bodies = receiver.posts.map(({ body }) => JSON.parse(body));
    const outputs = bodies.filter(({ event }) => event === 'conversation.output');
    expect(outputs.sort((one, other) => one.timestamp.localeCompare(other.timestamp))).toEqual(
      told.map((body) => ({ event: 'conversation.output', session_id: sessionId, role: 'system', ...body })),
    );
    expect(bodies.find((body) => !('event' in body)).messages).toEqual(
      told.map((message) => ({ role: 'system', ...message })),
    );
  });

  test('a talk is posted message by message, and whole at its end, signed', async () => {
    const [perMessage, perSession] = [await add('message'), await add('session')];
    const sessionId = await talk();
    await runUntil(5);
    const bodies = receiver.posts.map(({ body }) => JSON.parse(body));
    const messages = bodies.filter((body) => 'event' in body).sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    expect(messages).toEqual([
      {
        event: 'session.created',
        session_id: sessionId,
        role: 'system',
        timestamp: '2026-05-01T10:00:00.000Z',
        message: '',
      },
      {
        event: 'conversation.output',
        session_id: sessionId,
        role: 'user',
        timestamp: '2026-05-01T10:00:02.000Z',
        message: 'Hello?',
      },
      {
        event: 'conversation.output',
        session_id: sessionId,
        role: 'ai',
        timestamp: '2026-05-01T10:00:04.000Z',
        message: 'Hi!',
      },
      {
        event: 'session.closed',
        session_id: sessionId,
        role: 'system',
        timestamp: '2026-05-01T10:01:00.000Z',
        message: 'left',
      },
    ]);
    expect(bodies.find((body) => !('event' in body))).toEqual({
      session_id: sessionId,
      start_time: '2026-05-01T10:00:00.000Z',
      end_time: '2026-05-01T10:01:00.000Z',
      messages: [
        { role: 'user', message: 'Hello?', timestamp: '2026-05-01T10:00:02.000Z' },
        { role: 'ai', message: 'Hi!', timestamp: '2026-05-01T10:00:04.000Z' },
      ],
    });
    for (const { headers, body } of receiver.posts) {
      const { secret } = 'event' in JSON.parse(body) ? perMessage : perSession;
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    }
    const shown = await browser.send('POST', `${path}/${perMessage.webhookId}/reveal`);
    expect(shown.json().secret).toBe(perMessage.secret);
    expect((await browser.send('GET', path)).body).not.toContain(perMessage.secret);
  });

  test('failures are tried again with growing waits, logged, given up in the end, and can be sent again', async () => {
    const { webhookId } = await add('message');
    receiver.status = 500;
    expect((await browser.send('POST', `${path}/${webhookId}/test`)).statusCode).toBe(202);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await makeAllDue();
      await runUntil(attempt);
      const [delivery] = (await log(webhookId)).items;
      expect(delivery.attempts).toHaveLength(attempt);
      if (delivery.nextAttemptAt !== null) waits.push(Date.parse(delivery.nextAttemptAt) - Date.now());
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits).toHaveLength(7);
    const [failed] = (await log(webhookId)).items;
    expect(failed).toMatchObject({ state: 'failed', nextAttemptAt: null });
    expect(failed.attempts[0]).toMatchObject({ status: 500, error: 'The receiver answered 500.' });
    await makeAllDue();
    expect(await server.plane.webhookWorker.runDue()).toBe(0);

    receiver.status = 204;
    const again = await browser.send('POST', `${path}/${webhookId}/deliveries/${failed.deliveryId}/resend`);
    expect(again.json().body).toBe(failed.body);
    await runUntil(9);
    const page = await log(webhookId);
    expect(page.items.map(({ state }: { state: string }) => state)).toEqual(['delivered', 'failed']);
    expect(page.items[0].deliveredAt).not.toBeNull();
  });

  test('what the receiver refuses for good is not tried again; what it answered, and what was posted, can be seen', async () => {
    const { webhookId } = await add('session', receiver.shopUrl);
    receiver.text = `<b>No such shop\u0000</b>\n${'x'.repeat(5000)}`;
    const states: [number, string, number][] = [];
    for (const status of [400, 404, 410, 302, 408, 429, 503, 200]) {
      receiver.status = status;
      await browser.send('POST', `${path}/${webhookId}/test`);
      await runUntil(states.length + 1);
      const [delivery] = (await log(webhookId)).items;
      states.push([status, delivery.state, delivery.attempts.length]);
      expect(delivery.nextAttemptAt === null).toBe(delivery.state !== 'waiting');
      expect(delivery.attempts[0].answer).toMatch(/^<b>No such shop <\/b>\nx+$/);
      expect(delivery.attempts[0].answer).toHaveLength(1000);
      expect(delivery.attempts[0].durationMs).toBeGreaterThanOrEqual(0);
    }
    expect(states).toEqual([
      ...[400, 404, 410, 302].map((status) => [status, 'failed', 1]),
      ...[408, 429, 503].map((status) => [status, 'waiting', 1]),
      [200, 'delivered', 1],
    ]);
    const body = JSON.stringify({ message: 'x'.repeat(10_000) });
    const { deliveryId } = await server.services.webhooks.enqueue(projectId, webhookId, { event: 'session', body });
    const listed = (await log(webhookId)).items[0];
    expect([listed.body, listed.bodyLength]).toEqual([body.slice(0, 2000), body.length]);
    const whole = (await browser.send('GET', `${path}/${webhookId}/deliveries/${deliveryId}`)).json();
    expect([whole.body, whole.bodyLength]).toEqual([body, body.length]);
  });

  test('a body that breaks off is no failure: the post was taken, and is not sent again', async () => {
    const { webhookId } = await add('session', receiver.shopUrl);
    receiver.breaksOff = true;
    receiver.text = 'tak';
    await browser.send('POST', `${path}/${webhookId}/test`);
    await runUntil(1);
    expect((await log(webhookId)).items[0]).toMatchObject({
      state: 'delivered',
      attempts: [{ status: 200, error: null, answer: 'tak' }],
    });
  });

  test('what a private host answers is not kept, whatever its status', async () => {
    const { webhookId } = await add('session');
    receiver.text = 'inner secret';
    for (const status of [200, 404]) {
      receiver.status = status;
      await browser.send('POST', `${path}/${webhookId}/test`);
      await runUntil(status === 200 ? 1 : 2);
      const [attempt] = (await log(webhookId)).items[0].attempts;
      expect(attempt).toMatchObject({ status, answer: null, isAnswerKept: false });
    }
    const { rows } = await context.db.orm.execute(sql`select attempts from webhook_deliveries`);
    expect(JSON.stringify(rows)).not.toContain('secret');
    // Nor those that were stored before that was asked.
    const told = { at: new Date().toISOString(), status: 200, error: null, durationMs: 1 };
    const before = [{ ...told, answer: 'inner secret' }, told, { ...told, answer: 'ok', isAnswerKept: true }];
    await context.db.orm.execute(sql`
      update webhook_deliveries set attempts = ${JSON.stringify(before)}::jsonb where webhook_id = ${webhookId}`);
    await context.db.orm.execute(sql.raw(readFileSync(MIGRATION, 'utf8')));
    const [{ attempts }] = (await log(webhookId)).items;
    expect(attempts.map((attempt: { answer: unknown }) => attempt.answer)).toEqual([null, null, 'ok']);
  });

  test('a delivery of a dead worker is taken over, and what the dead one still says counts for nothing', async () => {
    const { webhookId } = await add('message');
    await context.db.orm.execute(sql`
      insert into webhook_deliveries (id, webhook_id, project_id, event, body, state, attempt, due_at)
      values (${newPublicId()}, ${webhookId}, ${projectId}, 'test', '{}', 'running', 1, now() - interval '1 second')`);
    await runUntil(1);
    const [delivery] = (await log(webhookId)).items;
    expect([delivery.state, delivery.attempts.length]).toEqual(['delivered', 1]);
  });

  test('webhooks never reach private addresses, nor follow redirects there', async () => {
    const hosts = [
      'http://127.0.0.1:24450/',
      'http://[::1]:24450/',
      'http://169.254.169.254/latest/',
      'http://10.0.0.1/',
    ];
    const { webhookId } = await add('message');
    for (const url of [...hosts, 'http://printer.lan/']) {
      for (const refused of [
        await browser.send('POST', path, { kind: 'message', url }),
        await browser.send('PATCH', `${path}/${webhookId}`, { url }),
      ]) {
        expect([url, refused.statusCode, refused.body]).toEqual([
          url,
          400,
          expect.stringContaining('WEBHOOK_PRIVATE_HOSTS'),
        ]);
      }
    }
    expect((await browser.send('GET', path)).json()).toMatchObject([{ webhookId, url: receiver.url }]);
    // One that was saved when it was allowed, or whose name leads there by now, is not tried again.
    for (const url of hosts) {
      await context.db.orm.execute(sql`update webhooks set url = ${url} where id = ${webhookId}`);
      await browser.send('POST', `${path}/${webhookId}/test`);
      await expect
        .poll(async () => {
          await server.plane.webhookWorker.runDue();
          return (await log(webhookId)).items[0];
        })
        .toMatchObject({
          state: 'failed',
          nextAttemptAt: null,
          attempts: [
            { status: null, error: expect.stringContaining('private'), fault: 'private-address', answer: null },
          ],
        });
      // A webhook whose address was refused since can still be renamed or switched off.
      expect((await browser.send('PATCH', `${path}/${webhookId}`, { url, isEnabled: true })).statusCode).toBe(200);
    }
    expect(receiver.posts).toEqual([]);
    expect((await browser.send('PATCH', `${path}/${webhookId}`, { url: receiver.url })).json().url).toBe(receiver.url);
    receiver.status = 302;
    await browser.send('POST', `${path}/${webhookId}/test`);
    await runUntil(1);
    expect((await log(webhookId)).items[0].attempts[0]).toMatchObject({ status: 302 });
    for (const url of [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'ftp://x',
      'x',
      '',
      'http://me:secret@localhost/',
    ]) {
      expect([url, (await browser.send('POST', path, { kind: 'message', url })).statusCode]).toEqual([url, 400]);
    }
  });

  test('a switched-off webhook gets nothing; changes count at once; deleting takes the log along', async () => {
    const { webhookId } = await add('message');
    await browser.send('PATCH', `${path}/${webhookId}`, { isEnabled: false });
    await talk();
    expect((await log(webhookId)).items).toEqual([]);
    await browser.send('PATCH', `${path}/${webhookId}`, { isEnabled: true, kind: 'session' });
    await talk();
    await runUntil(1);
    expect((await browser.send('DELETE', `${path}/${webhookId}`)).statusCode).toBe(200);
    expect((await browser.send('GET', `${path}/${webhookId}/deliveries`)).statusCode).toBe(404);
  });

  test('a queue that grows too long loses its oldest deliveries, and says so', async () => {
    const { webhookId } = await add('message');
    await context.db.orm.execute(sql`
      insert into webhook_deliveries (id, webhook_id, project_id, event, body, due_at)
      select md5(n::text || ${webhookId}), ${webhookId}, ${projectId}, 'old', '{}', now() + interval '1 hour'
      from generate_series(1, 5200) as n order by n`);
    const { webhooks } = server.services;
    for (let count = 0; count < 100; count += 1)
      await webhooks.enqueue(projectId, webhookId, { event: 'new', body: '{}' });
    const { rows } = await context.db.pool.query<{ event: string; state: string; count: string; error: string }>(
      `select event, state, count(*), min(attempts->0->>'error') as error from webhook_deliveries
       where webhook_id = $1 and state in ('waiting', 'running', 'failed') and event = 'old' group by event, state order by state`,
      [webhookId],
    );
    const kept = Number(rows.find(({ state }) => state === 'waiting')?.count);
    // Those that are posted meanwhile make room.
    expect(kept).toBeGreaterThanOrEqual(4_900);
    expect(kept).toBeLessThanOrEqual(5_000);
    expect(rows.find(({ state }) => state === 'failed')).toMatchObject({
      count: String(5_200 - kept),
      error: 'Given up unsent: 5,000 newer deliveries of this project wait.',
    });
    expect(server.plane.bounds.stats()['webhook queue']).toBeGreaterThan(0);
  });
});

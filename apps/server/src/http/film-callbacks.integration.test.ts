import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FilmOutcome } from '../control/films/film-workshop.ts';
import { newPublicId } from '../control/ids.ts';
import { avatars } from '../db/schema.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import { JOBS } from '../jobs/definitions.ts';
import { type ConsoleTestServer, createConsoleServer } from './console-api/testing/console-server.ts';
import { TestBrowser } from './console-api/testing/test-browser.ts';

type Post = { readonly path: string; readonly headers: Readonly<Record<string, unknown>>; readonly body: string };

const SOUND = Buffer.from('not decoded here').toString('base64');
const MADE: FilmOutcome = { kind: 'made', durationMs: 1500, widthPx: 64, heightPx: 64 };

describeOnBothDatabases('messages about films that ended', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let projectId = '';
  let key = '';
  let receiverUrl = '';
  /** Null: it is made until it is stopped. */
  let outcome: FilmOutcome | null = MADE;
  const posts: Post[] = [];
  /** Of the receiver: a status, and where it sends on to. */
  let answer = { status: 200, location: '' };
  let isEndless = false;

  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      posts.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(answer.status, answer.location === '' ? {} : { location: answer.location });
      if (!isEndless) response.end();
      else for (let part = 0; part < 100; part += 1) response.write(Buffer.alloc(10_000, 'x'));
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, 'localhost', resolve));
    receiverUrl = `http://localhost:${(receiver.address() as AddressInfo).port}/films`;
    server = await createConsoleServer(context.db, {
      fetchPrivateHosts: ['localhost'],
      async makeFilm({ outPath }, { signal }) {
        if (outcome === null && !signal.aborted) await once(signal, 'abort');
        await writeFile(outPath, 'film');
        return outcome ?? { kind: 'broke', detail: 'It was stopped.' };
      },
    });
    owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
    projectId = (await owner.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    key = (await owner.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json().key;
    const voice = { provider: 'local', model: 'l', voice: 'cedar', language: 'en-GB' };
    const bundle = { bundleSource: 'made' as const, bundleName: '.' };
    await context.db.orm.insert(avatars).values({ id: newPublicId(), name: 'Zoe', projectId, ...voice, ...bundle });
  });
  afterAll(async () => {
    await server.close();
    receiver.closeAllConnections();
    receiver.close();
  });
  beforeEach(async () => {
    await context.db.pool.query('delete from webhook_deliveries');
    posts.length = 0;
    [outcome, answer, isEndless] = [MADE, { status: 200, location: '' }, false];
  });

  const generate = async (body: object, headers: Record<string, string> = {}) => {
    const payload = { character_name: 'Zoe', audio_base64: SOUND, ...body };
    const given = { license: key, host: 'films.example', ...headers };
    const reply = await server.app.inject({ method: 'POST', url: '/generate', headers: given, payload });
    return { status: reply.statusCode, body: reply.json() };
  };
  const runUntil = (count: number) =>
    expect
      .poll(
        async () => {
          await server.plane.jobs?.runDue(JOBS.films.name);
          await server.plane.webhookWorker.runDue();
          return posts.length;
        },
        { timeout: 20_000 },
      )
      .toBe(count);
  const makeAllDue = () =>
    context.db.pool.query(`update webhook_deliveries set due_at = now() where state = 'waiting'`);
  const deliveries = async () =>
    (await context.db.pool.query('select state, attempts from webhook_deliveries')).rows as {
      state: string;
      attempts: readonly { readonly status: number | null; readonly fault: string | null }[];
    }[];

  test('a film that is done is told of once, signed with the secret in the answer to its order', async () => {
    const ordered = await generate({ callback_url: `${receiverUrl}?shop=1` });
    const { task_id: taskId, callback_secret: secret } = ordered.body;
    expect(ordered.body).toEqual({
      status: 'started',
      task_id: taskId,
      callback_secret: expect.stringMatching(/^whsec_/),
    });
    await runUntil(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = posts;
    expect([path, headers['visavis-event'], headers['content-type']]).toEqual([
      '/films?shop=1',
      'film.done',
      'application/json',
    ]);
    const id = `${headers['webhook-id']}.${headers['webhook-timestamp']}`;
    const digest = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${id}.${body}`);
    expect(headers['webhook-signature']).toBe(`v1,${digest.digest('base64')}`);
    const message = JSON.parse(body);
    expect(message).toEqual({
      type: 'film.done',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        task_id: taskId,
        generation_id: taskId.replaceAll('-', ''),
        status: 'done',
        seconds: 1.5,
        points: 0,
        code: null,
        message: '',
        video_url: expect.stringMatching(/^http:\/\/films\.example\/films\/[0-9a-f]{32}\.mp4\?expires=\d+&signature=/),
      },
    });
    const { pathname, search } = new URL(message.data.video_url);
    expect((await server.app.inject(pathname + search)).body).toBe('film');
    expect(await deliveries()).toMatchObject([{ state: 'delivered' }]);
  });

  test('what failed and what was cancelled is told, too, and an order without an address is told to nobody', async () => {
    outcome = { kind: 'refused', code: 'no-face', message: 'No face was found.' };
    await generate({ callbackUrl: receiverUrl });
    await runUntil(1);
    expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({
      type: 'film.failed',
      data: { status: 'failed', code: 'no-face', message: 'No face was found.', video_url: null, points: 0 },
    });
    outcome = null;
    const { task_id: taskId } = (await generate({ callback_url: receiverUrl })).body;
    const url = `/api/v1/generations/${taskId.replaceAll('-', '')}`;
    const headers = { authorization: `Bearer ${key}` };
    for (let count = 0; count < 2; count += 1) {
      const cancelled = await server.app.inject({ method: 'POST', url: `${url}/cancel`, headers, payload: {} });
      expect(cancelled.json().state).toBe('cancelled');
    }
    outcome = MADE;
    await runUntil(2);
    expect(JSON.parse(posts[1]?.body ?? '')).toMatchObject({ type: 'film.cancelled', data: { status: 'cancelled' } });
    await expect.poll(async () => (await server.app.inject({ url, headers })).json().callback).toBe('delivered');
    outcome = null;
    const deleted = (await generate({ callback_url: receiverUrl })).body.task_id.replaceAll('-', '');
    await server.app.inject({ method: 'DELETE', url: `/api/v1/generations/${deleted}`, headers });
    outcome = MADE;
    await runUntil(3);
    expect(JSON.parse(posts[2]?.body ?? '')).toMatchObject({
      type: 'film.cancelled',
      data: { generation_id: deleted, status: 'cancelled' },
    });
    await generate({});
    await runUntil(3);
    expect(await deliveries()).toHaveLength(3);
  });

  test('a receiver that fails is asked again under the same id, one that refuses or sends on is not', async () => {
    answer = { status: 500, location: '' };
    await generate({ callback_url: receiverUrl });
    await runUntil(1);
    answer = { status: 200, location: '' };
    await makeAllDue();
    await runUntil(2);
    expect(posts[1]?.headers['webhook-id']).toBe(posts[0]?.headers['webhook-id']);
    expect(posts[1]?.body).toBe(posts[0]?.body);
    answer = { status: 302, location: `${receiverUrl}/elsewhere` };
    await generate({ callback_url: receiverUrl });
    await runUntil(3);
    await makeAllDue();
    await server.plane.webhookWorker.runDue();
    expect([posts.length, (await deliveries()).map(({ state }) => state).sort()]).toEqual([3, ['delivered', 'failed']]);
  });

  test('an endless answer is not read to its end', async () => {
    isEndless = true;
    await generate({ callback_url: receiverUrl });
    await runUntil(1);
    await expect.poll(async () => (await deliveries())[0]?.state).toBe('delivered');
  });

  test.each([
    ['a private address', 'http://127.0.0.1:1/x', 'leads to 127.0.0.1'],
    ['a private name', 'http://files.lan/x', 'leads to files.lan'],
    ['the metadata of a cloud', 'http://169.254.169.254/latest', 'leads to 169.254.169.254'],
    ['an IPv4 address inside IPv6', 'http://[::ffff:127.0.0.1]/x', 'private or reserved host'],
    ['a password', 'http://mia:secret@example.org/', 'password'],
    ['another scheme', 'ftp://example.org/', 'callback_url is no address'],
    ['a path', '/hook', 'callback_url is no address'],
    ['too long an address', `https://example.org/${'a'.repeat(2000)}`, 'callback_url'],
  ])('an order that names %s is refused with its sentence', async (_what, url, sentence) => {
    const { status, body } = await generate({ callback_url: url });
    expect([status, body]).toEqual([400, { status: 'failed', message: expect.stringContaining(sentence) }]);
  });

  test('an address that turns out private when it is posted to is not reached', async () => {
    await generate({ callback_url: receiverUrl });
    await context.db.pool.query(
      `update films set callback = jsonb_set(callback, '{url}', $1) where state in ('waiting', 'running')`,
      [JSON.stringify(receiverUrl.replace('localhost', '127.0.0.1'))],
    );
    await server.plane.jobs?.runDue(JOBS.films.name);
    await expect
      .poll(async () => {
        await server.plane.webhookWorker.runDue();
        return (await deliveries()).map(({ state, attempts }) => [state, attempts[0]?.fault]);
      })
      .toEqual([['failed', 'private-address']]);
    expect(posts).toEqual([]);
  });

  test('the secret is one of the project, shown to its key and its editors, renewed by them, and another elsewhere', async () => {
    const path = `/projects/${projectId}/callback-secret`;
    const { callback_secret: secret } = (await generate({ callback_url: receiverUrl })).body;
    const ofKey = async () =>
      (await server.app.inject({ url: '/api/v1/callback-secret', headers: { authorization: `Bearer ${key}` } })).json();
    expect(await ofKey()).toEqual({ secret });
    expect((await owner.send('POST', `${path}/reveal`)).json()).toEqual({ secret });
    const renewed = (await owner.send('POST', `${path}/renew`)).json().secret;
    expect([renewed === secret, await ofKey()]).toEqual([false, { secret: renewed }]);
    const stranger = new TestBrowser(server.app);
    await stranger.register(`${newPublicId()}@example.org`);
    expect((await stranger.send('POST', `${path}/reveal`)).statusCode).toBe(404);
    const other = (await stranger.send('POST', '/projects', { name: 'Other' })).json().projectId;
    expect((await stranger.send('POST', `/projects/${other}/callback-secret/reveal`)).json().secret).not.toBe(renewed);
  });
});

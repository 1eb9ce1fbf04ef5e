import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FilmOutcome, FilmTask } from '../../control/films/film-workshop.ts';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { JOBS } from '../../jobs/definitions.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

const BASE = '/api/open/v1/generate';
const MADE: FilmOutcome = { kind: 'made', durationMs: 4000, widthPx: 512, heightPx: 512 };
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describeOnBothDatabases('loops of pictures', (context) => {
  let server: ConsoleTestServer;
  let key = '';
  let foreign = '';
  let pictureUrl = '';
  let outcome: FilmOutcome = MADE;
  const tasks: FilmTask[] = [];
  /** A picture that never comes keeps its film under way. */
  const files = createServer(({ url }, response) => void (url === '/never.png' || response.end(PNG)));

  beforeAll(async () => {
    await new Promise<void>((resolve) => files.listen(0, 'localhost', resolve));
    pictureUrl = `http://localhost:${(files.address() as AddressInfo).port}/mia.png`;
    server = await createConsoleServer(context.db, {
      fetchPrivateHosts: ['localhost'],
      points: { perMinute: 10, free: 100 },
      async makeFilm(task) {
        tasks.push(task);
        await writeFile(task.outPath, 'loop');
        return outcome;
      },
    });
    [key, foreign] = await Promise.all([newKey(), newKey()]);
  });
  afterAll(async () => {
    await server.close();
    files.closeAllConnections();
    files.close();
  });

  const newKey = async (): Promise<string> => {
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    return (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json().key;
  };
  const ask = async (method: 'GET' | 'POST', path: string, given: Record<string, string>, license = key) => {
    const place = method === 'GET' ? { query: given } : { payload: given };
    const reply = await server.app.inject({ method, url: `${BASE}/${path}`, headers: { license }, ...place });
    return { status: reply.statusCode, body: reply.json() };
  };
  const order = async (): Promise<string> =>
    (await ask('POST', 'generateLoopVideo', { url: pictureUrl })).body.data.taskId;

  test('a picture becomes a silent film: a task in digits, in progress, then a relative path, paid for by its seconds', async () => {
    const ordered = await ask('POST', 'generateLoopVideo', { url: pictureUrl });
    const success = { code: 200, message: 'SUCCESS' };
    expect(ordered).toEqual({ status: 200, body: { ...success, data: { taskId: expect.stringMatching(/^\d+$/) } } });
    const { taskId } = ordered.body.data;
    const { rows } = await context.db.pool.query('select id from films');
    await context.db.pool.query(`update films set due_at = now() + interval '1 hour', state = 'waiting'`);
    expect(rows).toHaveLength(1);
    const waiting = await ask('GET', 'generateLoopVideoStatus', { taskId });
    if (waiting.body.data === null) {
      expect(waiting).toEqual({ status: 200, body: { code: 200, message: 'Task is still in progress', data: null } });
    }
    await context.db.pool.query('update films set due_at = now()');
    await server.plane.jobs?.runDue(JOBS.films.name);
    for (const path of ['generateLoopVideoStatus', 'status', 'getLoopVideoStatus', 'generate-loop-video-status']) {
      for (const method of ['GET', 'POST'] as const) {
        const { status, body } = await ask(method, path, { taskId });
        const data = { fileUrl: expect.stringMatching(/^\/films\/[0-9a-f]{32}\.mp4\?expires=\d+&signature=/) };
        expect([status, body]).toEqual([200, { ...success, data }]);
      }
    }
    const { fileUrl } = (await ask('GET', 'status', { task_id: taskId })).body.data;
    expect((await server.app.inject(fileUrl)).body).toBe('loop');
    expect(tasks.at(-1)).toMatchObject({ picture: { kind: 'image' }, sound: { kind: 'none' } });
    const { rows: paid } = await context.db.pool.query(`select amount::int, duration_ms::int from ledger_entries
      where kind = 'generation'`);
    expect(paid).toEqual([{ amount: -667, duration_ms: 4000 }]);
  });

  test('what cannot be made says why, with code 200 and without data', async () => {
    outcome = { kind: 'refused', code: 'no-face', message: 'No face was found.' };
    const taskId = await order();
    await server.plane.jobs?.runDue(JOBS.films.name);
    outcome = MADE;
    expect(await ask('GET', 'generateLoopVideoStatus', { taskId })).toEqual({
      status: 200,
      body: { code: 200, message: 'No face was found.', data: null },
    });
  });

  test('nobody else learns of a task, and what is wrong with a request is said in the envelope', async () => {
    const taskId = await order();
    for (const id of [taskId, '1', 'x', '-1', '9'.repeat(40), '9'.repeat(39), '../1']) {
      const { status, body } = await ask('GET', 'status', { taskId: id }, foreign);
      expect([id, status, body]).toEqual([id, 404, { code: 404, message: expect.any(String), data: null }]);
    }
    expect((await ask('GET', 'status', {})).body).toMatchObject({ code: 400, data: null });
    for (const given of [{}, { url: 'file:///etc/passwd' }, { url: `https://a.example/${'a'.repeat(2000)}` }]) {
      const { status, body } = await ask('POST', 'generateLoopVideo', given as Record<string, string>);
      expect([status, body]).toEqual([400, { code: 400, message: expect.stringContaining('url'), data: null }]);
    }
    expect((await ask('POST', 'generateLoopVideo', { url: pictureUrl }, 'sk_wrong')).status).toBe(401);
  });

  test('they count among the films of a project', async () => {
    const license = await newKey();
    const given = { url: new URL('/never.png', pictureUrl).href };
    const orders = Array.from({ length: 60 }, () => ask('POST', 'generateLoopVideo', given, license));
    const statuses = (await Promise.all(orders)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });
});

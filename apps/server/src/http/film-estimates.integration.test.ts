import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FilmMeasure, MeasureOutcome } from '../control/films/film-estimates.ts';
import { newPublicId } from '../control/ids.ts';
import { avatars } from '../db/schema.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import { filmServices } from '../roles/film-process.ts';
import { type ConsoleTestServer, createConsoleServer } from './console-api/testing/console-server.ts';
import { TestBrowser } from './console-api/testing/test-browser.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const SOUND = Buffer.from(wavFile([new Int16Array(8_000 * 2.5)], 8_000));

describeOnBothDatabases('estimates of films', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let projectId = '';
  let key = '';
  let filesUrl = '';
  const measured: FilmMeasure[] = [];
  /** In place of looking at the files. */
  let answerInstead: (() => Promise<MeasureOutcome>) | null = null;
  const folder = join(tmpdir(), `visavis-estimates-${newPublicId()}`);
  const files = createServer((request, response) => {
    if (request.url === '/speech.wav') response.end(SOUND);
    else if (request.url === '/page.html') response.end('<!doctype html><p>Hello</p>');
    else if (request.url === '/redirect') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    else response.writeHead(404).end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => files.listen(0, 'localhost', resolve));
    filesUrl = `http://localhost:${(files.address() as AddressInfo).port}`;
    const { measure } = filmServices(folder, SILENT);
    server = await createConsoleServer(context.db, {
      fetchPrivateHosts: ['localhost'],
      measureFilm(task, signal) {
        measured.push(task);
        return answerInstead === null ? measure(task, signal) : answerInstead();
      },
      makeFilm: () => Promise.reject(new Error('nothing is made here')),
    });
    owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
    [projectId, key] = await newProject(owner);
    const voice = { provider: 'local', model: 'l', voice: 'cedar', language: 'en-GB' };
    await context.db.orm.insert(avatars).values({
      id: newPublicId(),
      name: 'Zoe',
      projectId,
      ...voice,
      bundleSource: 'made',
      bundleName: '.',
    });
  });
  afterAll(async () => {
    await server.close();
    files.closeAllConnections();
    files.close();
  });

  const newProject = async (browser: TestBrowser): Promise<[string, string]> => {
    const id = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    return [id, (await browser.send('POST', `/projects/${id}/keys`, { name: 'k' })).json().key];
  };
  const estimate = async (order: object, license = key) => {
    const payload = { estimate: true, ...order };
    const reply = await server.app.inject({ method: 'POST', url: '/generate', headers: { license }, payload });
    return { status: reply.statusCode, body: reply.json() };
  };
  const nothingIsLeft = async () => {
    expect((await context.db.pool.query('select 1 from films')).rows).toEqual([]);
    expect((await context.db.pool.query('select 1 from ledger_entries where amount < 0')).rows).toEqual([]);
  };

  test('length and price are told by the sound, wherever it comes from, and nothing is ordered or paid for', async () => {
    const told = { status: 'estimate', seconds: 2.52, points: 0.5, is_exact: true, points_left: null, message: '' };
    for (const sound of [{ audio_url: `${filesUrl}/speech.wav` }, { audio_base64: SOUND.toString('base64') }]) {
      expect(await estimate({ character_name: 'Zoe', ...sound })).toEqual({ status: 200, body: told });
    }
    // The clip is not even fetched where it does not count.
    const clip = { video_url: `${filesUrl}/none.mp4`, audio_url: `${filesUrl}/speech.wav` };
    expect((await estimate({ ...clip, estimate: 'true' })).body).toMatchObject({ seconds: 2.52, is_exact: true });
    expect(await estimate({ ...clip, sync_mode: 'cut_off' })).toMatchObject({
      status: 400,
      body: { status: 'failed', message: expect.stringContaining('The video URL answered 404') },
    });
    await nothingIsLeft();
  });

  test('a text is estimated without any file, and said to be', async () => {
    measured.splice(0);
    const { body } = await estimate({
      character_name: 'Zoe',
      content: 'My mother came home and cooked for all of us.',
    });
    expect(body).toMatchObject({ status: 'estimate', is_exact: false, message: expect.stringContaining('estimate') });
    expect([body.seconds > 2, body.seconds < 5, measured]).toEqual([true, true, []]);
  });

  test('what is left is told beside the price, to keys and to members', async () => {
    const set = (isUnlimited: boolean) =>
      context.db.pool.query('update wallets set is_unlimited = $1, balance = 1234 where project_id = $2', [
        isUnlimited,
        projectId,
      ]);
    await set(false);
    const order = { avatar: 'Zoe', audioUrl: `${filesUrl}/speech.wav` };
    const told = { seconds: 2.52, points: 0.5, isExact: true, pointsLeft: 1.234 };
    const headers = { authorization: `Bearer ${key}` };
    const url = '/api/v1/generations/estimate';
    const byKey = await server.app.inject({ method: 'POST', url, headers, payload: order });
    expect([byKey.statusCode, byKey.json()]).toEqual([200, told]);
    const byMember = await owner.send('POST', `/projects/${projectId}/generations/estimate`, order);
    expect([byMember.statusCode, byMember.json()]).toEqual([200, told]);
    await set(true);
    await nothingIsLeft();
  });

  test.each([
    ['a page in place of a sound', { audio_url: '/page.html' }, 'no sound that can be read'],
    ['an address without a file', { audio_url: '/none' }, 'The audio URL answered 404'],
    ['a redirect to a private address', { audio_url: '/redirect' }, 'cannot be fetched'],
  ])('%s is said with its sentence', async (_what, { audio_url: path }, sentence) => {
    const { status, body } = await estimate({ character_name: 'Zoe', audio_url: filesUrl + path });
    expect([status, body]).toEqual([400, { status: 'failed', message: expect.stringContaining(sentence) }]);
  });

  test.each([
    ['a private address', { audio_url: 'http://127.0.0.1:1/a.wav' }, 'cannot be fetched'],
    ['an unknown figure', { character_name: 'nobody-has-this', content: 'Hello' }, 'There is no avatar'],
    ['an estimate that is neither true nor false', { content: 'Hello', estimate: 'perhaps' }, 'true or false'],
  ])('%s is refused', async (_what, order, sentence) => {
    const { status, body } = await estimate({ character_name: 'Zoe', ...order });
    expect([status, body.message]).toEqual([400, expect.stringContaining(sentence)]);
  });

  test('a project has one estimate at a time, and does not keep others waiting', async () => {
    const { promise, resolve } = Promise.withResolvers<MeasureOutcome>();
    measured.splice(0);
    answerInstead = () => promise;
    const order = { character_name: 'Zoe', audio_base64: SOUND.toString('base64') };
    const asked = Array.from({ length: 6 }, () => estimate(order));
    await expect.poll(() => measured.length).toBe(1);
    const refused = await Promise.race(asked);
    expect(refused).toMatchObject({ status: 429, body: { status: 'failed' } });
    const [, other] = await newProject(owner);
    const elsewhere = estimate({ video_url: `${filesUrl}/none.mp4`, audio_base64: order.audio_base64 }, other);
    await expect.poll(() => measured.length).toBe(2);
    resolve({ kind: 'measured', durationMs: 1000 });
    answerInstead = null;
    expect((await elsewhere).status).toBe(200);
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  test('files that are looked at are gone afterwards', async () => {
    answerInstead = async () => ({ kind: 'broke', detail: 'It broke.' });
    const order = { character_name: 'Zoe', audio_base64: SOUND.toString('base64') };
    expect(await estimate(order)).toMatchObject({ status: 503, body: { status: 'failed' } });
    answerInstead = null;
    const [{ sound } = { sound: null }] = measured.slice(-1);
    const path = sound !== null && 'path' in sound ? sound.path : '';
    await expect(readdir(join(path, '..'))).rejects.toThrow('ENOENT');
  });
});

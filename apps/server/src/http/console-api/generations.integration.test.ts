import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { JOBS } from '../../jobs/definitions.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const SOUND = Buffer.from('not decoded here').toString('base64');
const VIDEO = 'http://files.example/clip.mp4';
/** Only parts of the clip speak. */
const CUT = {
  videoUrl: VIDEO,
  audioUrl: 'http://files.example/a.wav',
  originalVolume: 0.25,
  segments: [
    { startMs: 4000, endMs: 5000 },
    { startMs: 1000, endMs: 2500.5 },
  ],
};
const ORDER = { videoUrl: VIDEO, audioUrl: 'http://files.example/a.wav', syncMode: 'bounce', speaker: { x: 3, y: 4 } };

describeOnBothDatabases('generations', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let projectId = '';
  let key = '';

  beforeAll(async () => {
    server = await createConsoleServer(context.db, {
      async makeFilm({ outPath, sound }, { signal, onPreview }) {
        onPreview(Buffer.from('a small picture'));
        // A text is spoken until it is cancelled.
        if (sound.kind === 'text' && !signal.aborted) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        }
        await writeFile(outPath, 'film');
        return { kind: 'made', durationMs: 1500, widthPx: 64, heightPx: 48 };
      },
    });
    owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
    projectId = (await owner.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    key = (await owner.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json().key;
  });
  afterAll(() => server.close());

  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object, headers = {}) => {
    const url = `/api/v1/generations${path}`;
    const given = { authorization: `Bearer ${key}`, ...headers };
    const reply = await server.app.inject({ method, url, headers: given, ...(payload && { payload }) });
    return { status: reply.statusCode, body: reply.json() };
  };

  test('a film is ordered, listed, told of, cancelled and deleted with a key', async () => {
    const avatarId = await anyAvatar();
    const ordered = await ask('POST', '', { avatar: avatarId, text: 'Welcome!' });
    const { generationId } = ordered.body;
    const waits = {
      generationId,
      videoUrl: null,
      failure: null,
      points: 0,
      seconds: 0,
      picture: { kind: 'avatar', url: null, avatarId },
      sound: { kind: 'text', url: null, text: 'Welcome!', voice: expect.any(String), language: expect.any(String) },
    };
    expect(ordered).toMatchObject({ status: 201, body: waits });
    expect(await ask('GET', `/${generationId}`)).toMatchObject({ status: 200, body: { generationId } });
    const cancelled = await ask('POST', `/${generationId}/cancel`, {});
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', videoUrl: null } });
    expect((await ask('GET', '')).body.items).toMatchObject([{ generationId, state: 'cancelled' }]);
    expect(await ask('DELETE', `/${generationId}`)).toEqual({ status: 200, body: {} });
    expect((await ask('GET', `/${generationId}`)).status).toBe(404);
    expect(await ask('GET', '')).toEqual({ status: 200, body: { items: [], nextCursor: null } });
  });

  test('members of the project order and see films, too, which become links', async () => {
    const path = `/projects/${projectId}/generations`;
    const { avatarId } = (
      await owner.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId: await anyAvatar(), name: 'Zoe' })
    ).json();
    const order = { avatar: avatarId, audioBase64: `data:audio/wav;base64,${SOUND}` };
    const { generationId } = (await owner.send('POST', path, order)).json();
    await server.plane.jobs?.runDue(JOBS.films.name);
    const film = (await owner.send('GET', `${path}/${generationId}`)).json();
    expect(film).toMatchObject({
      state: 'done',
      progress: 1,
      seconds: 1.5,
      widthPx: 64,
      heightPx: 48,
      bytes: 4,
      queuePosition: 0,
      picture: { kind: 'avatar', url: null, avatarId },
      sound: { kind: 'data', url: null, text: null, voice: null, language: null },
      failure: null,
    });
    const { pathname, search } = new URL(film.videoUrl);
    expect((await server.app.inject(pathname + search)).body).toBe('film');
    expect((await ask('GET', `/${generationId}`)).body.state).toBe('done');
  });

  test('while a film is made, a link shows what was drawn last; it opens nothing else, and nothing afterwards', async () => {
    const { generationId } = (await ask('POST', '', { avatar: await anyAvatar(), text: 'Welcome!' })).body;
    const show = async (link: URL) => {
      const reply = await server.app.inject(link.pathname + link.search);
      return [reply.statusCode, reply.statusCode === 200 ? reply.body : reply.headers['content-type']];
    };
    const preview = async () => (await ask('GET', `/${generationId}`)).body.previewUrl;
    await expect.poll(preview, { timeout: 20_000 }).not.toBeNull();
    const link = new URL(await preview());
    expect(link.pathname).toBe(`/films/${generationId}.jpg`);
    expect(await show(link)).toEqual([200, 'a small picture']);
    const status = await server.app.inject({ url: `/query_status?task_id=${generationId}`, headers: { license: key } });
    expect(new URL(status.json().preview_url).pathname).toBe(link.pathname);
    expect(Number(link.searchParams.get('expires')) - Date.now()).toBeLessThan(21 * 60_000);
    for (const [from, to] of [
      ['.jpg', '.mp4'],
      [generationId, newPublicId()],
      [/signature=.*/, `signature=${'A'.repeat(43)}`],
      [/expires=./, 'expires=9'],
    ] as const) {
      expect((await show(new URL(link.href.replace(from, to))))[0]).toBe(404);
    }
    expect((await ask('POST', `/${generationId}/cancel`, {})).body.previewUrl).toBeNull();
    expect((await show(link))[0]).toBe(404);
  });

  test('lists are pages, from the newest on', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift((await ask('POST', '', ORDER)).body.generationId);
    const first = (await ask('GET', '?limit=2')).body;
    const idsOf = ({ items }: { items: { generationId: string }[] }) => items.map(({ generationId }) => generationId);
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    expect(idsOf((await ask('GET', `?limit=1&cursor=${first.nextCursor}`)).body)).toEqual(ids.slice(2));
    expect((await ask('GET', '?cursor=x')).status).toBe(400);
  });

  test('how a film is made is told with it, segments in order of their times', async () => {
    const { status, body } = await ask('POST', '', CUT);
    const [later, earlier] = CUT.segments;
    expect([status, body.options]).toEqual([201, { segments: [earlier, later], originalVolume: 0.25 }]);
    expect((await ask('GET', `/${body.generationId}`)).body.options).toEqual(body.options);
  });

  test('the same order under one key is one film, and another order under it is refused', async () => {
    const once = { 'idempotency-key': 'order-1' };
    const [first, second] = [await ask('POST', '', ORDER, once), await ask('POST', '', ORDER, once)];
    expect([second.status, second.body.generationId]).toEqual([201, first.body.generationId]);
    const other = await ask('POST', '', { ...ORDER, syncMode: 'loop' }, once);
    expect([other.status, other.body.error.code]).toEqual([409, 'conflict']);
  });

  test('what is wrong with an order is said by its field, and films of others are none', async () => {
    for (const [order, sentence] of [
      [{}, 'videoUrl, imageUrl or avatar'],
      [{ videoUrl: VIDEO }, 'audioUrl, audioBase64 or text'],
      [{ ...ORDER, syncMode: 'stretch' }, 'syncMode'],
      [{ ...ORDER, speaker: { x: -1, y: 0 } }, 'speaker'],
      [{ ...ORDER, videoUrl: 'file:///etc/passwd' }, 'videoUrl is no address'],
      [{ ...ORDER, estimate: true }, 'estimate'],
      [{ ...ORDER, segments: [{ startMs: 0, endMs: 1000 }] }, 'Leave syncMode out'],
      [{ ...CUT, segments: [] }, 'segments'],
      [{ ...CUT, segments: [{ startMs: 0 }] }, 'endMs'],
      [{ ...CUT, segments: [{ startMs: 0, endMs: 2e6 }] }, 'endMs'],
      [{ ...CUT, segments: Array.from({ length: 101 }, () => ({ startMs: 0, endMs: 500 })) }, 'segments'],
      [{ ...CUT, segments: [...CUT.segments, { startMs: 4500, endMs: 5500 }] }, 'overlaps'],
      [{ ...CUT, originalVolume: 1.1 }, 'originalVolume'],
      [{ ...ORDER, output: { widthPx: 641 } }, 'output/widthPx'],
      [{ ...ORDER, output: { heightPx: 8192 } }, 'output/heightPx'],
      [{ ...ORDER, output: { format: 'avi' } }, 'output/format'],
      [{ ...ORDER, output: { codec: 'h265' } }, 'codec'],
    ] as const) {
      const { status, body } = await ask('POST', '', order);
      expect([status, body.error.message]).toEqual([400, expect.stringContaining(sentence)]);
    }
    const stranger = new TestBrowser(server.app);
    await stranger.register(`${newPublicId()}@example.org`);
    const elsewhere = (await stranger.send('POST', '/projects', { name: 'Other' })).json().projectId;
    const { generationId } = (await ask('POST', '', ORDER)).body;
    for (const [method, end] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['DELETE', ''],
    ] as const) {
      const path = (project: string) => `/projects/${project}/generations/${generationId}${end}`;
      expect((await stranger.send(method, path(elsewhere))).statusCode).toBe(404);
      expect((await stranger.send(method, path(projectId))).statusCode).toBe(404);
    }
    expect((await ask('GET', `/${generationId}`)).body.state).not.toBe('cancelled');
  });

  const anyAvatar = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.pool.query(
      `insert into avatars (id, name, provider, model, voice, language, bundle_source, bundle_name)
       values ($1, 'navtalk.Leo', 'local', 'l', 'cedar', 'en', 'shipped', '.')`,
      [id],
    );
    return id;
  };
});

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FilmTask } from '../control/films/film-workshop.ts';
import { newPublicId } from '../control/ids.ts';
import { avatars } from '../db/schema.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import { JOBS } from '../jobs/definitions.ts';
import { type ConsoleTestServer, createConsoleServer } from './console-api/testing/console-server.ts';
import { TestBrowser } from './console-api/testing/test-browser.ts';

const SOUND = Buffer.from('not decoded here').toString('base64');
const ORDER = { character_name: 'Zoe', audio_base64: SOUND };
const PAGE = { origin: 'https://shop.example' };

describeOnBothDatabases('ordering films as NavTalk’s clients do', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let projectId = '';
  let key = '';
  const tasks: FilmTask[] = [];
  /** Of films that are made. */
  let lengthMs = 1000;
  let wasStopped = false;

  beforeAll(async () => {
    server = await createConsoleServer(context.db, {
      async makeFilm(task, { signal, onLength }) {
        tasks.push(task);
        onLength(lengthMs);
        if (lengthMs > 60_000) {
          await once(signal, 'abort');
          wasStopped = true;
          return { kind: 'broke', detail: 'It was stopped.' };
        }
        await writeFile(task.outPath, 'film');
        return { kind: 'made', durationMs: 1000, widthPx: 64, heightPx: 64 };
      },
    });
    owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
    projectId = (await owner.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    key = await newKey(projectId, owner);
    await context.db.orm.insert(avatars).values({
      id: newPublicId(),
      name: 'Zoe',
      provider: 'local',
      model: 'l',
      voice: 'cedar',
      language: 'en-GB',
      projectId,
      bundleSource: 'made',
      bundleName: '.',
    });
  });
  afterAll(() => server.close());

  const newKey = async (project: string, browser: TestBrowser): Promise<string> =>
    (await browser.send('POST', `/projects/${project}/keys`, { name: 'k' })).json().key;

  const setBalance = (thousandths: number) =>
    context.db.pool.query('update wallets set is_unlimited = false, balance = $1 where project_id = $2', [
      thousandths,
      projectId,
    ]);
  const generate = async (body: object, headers: Record<string, string> = { license: key }) => {
    const reply = await server.app.inject({ method: 'POST', url: '/generate', headers, payload: body });
    return { status: reply.statusCode, body: reply.json(), headers: reply.headers };
  };
  const statusOf = async (taskId: string, license = key) => {
    const reply = await server.app.inject({ url: '/query_status', query: { license, task_id: taskId } });
    return { status: reply.statusCode, body: reply.json() };
  };

  test('a key is wanted, in any of its places, and pages of every origin are answered [20.24] [22.13] [20.28]', async () => {
    for (const headers of [{}, { license: 'sk_wrong' }]) {
      const refused = await generate(ORDER, { ...PAGE, ...headers });
      expect(refused).toMatchObject({ status: 401, body: { status: 'failed', message: expect.stringMatching(/./) } });
      expect(refused.headers['access-control-allow-origin']).toBe('*');
    }
    const asHeader = await generate(ORDER, { ...PAGE, license: key });
    const asBearer = await generate(ORDER, { authorization: `Bearer ${key}` });
    const inBody = await generate({ ...ORDER, license: key }, {});
    for (const { status, body } of [asHeader, asBearer, inBody]) {
      expect([status, body]).toEqual([200, { status: 'started', task_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    }
    expect(asHeader.headers['access-control-allow-origin']).toBe('*');
    for (const url of ['/generate', '/query_status']) {
      const preflight = await server.app.inject({ method: 'OPTIONS', url, headers: PAGE });
      expect([preflight.statusCode, preflight.headers['access-control-allow-headers']]).toEqual([
        204,
        expect.stringContaining('license'),
      ]);
    }
  });

  test('a film is started, then done with a link, asked for by GET or POST, with dashes or without', async () => {
    const { task_id: taskId } = (await generate(ORDER)).body;
    await server.plane.jobs?.runDue(JOBS.films.name);
    const done = {
      status: 'done',
      task_id: taskId,
      progress: 100,
      seconds: 1,
      message: '',
      video_url: expect.stringMatching(/^http:\/\/[^/]+\/films\/[0-9a-f]{32}\.mp4\?expires=\d+&signature=[\w-]+$/),
    };
    expect(await statusOf(taskId)).toEqual({ status: 200, body: done });
    const payload = { license: key, task_id: taskId.replaceAll('-', '') };
    const posted = await server.app.inject({ method: 'POST', url: '/query_status', payload });
    expect(posted.json()).toEqual(done);
    const link = new URL(posted.json().video_url);
    const film = await server.app.inject(link.pathname + link.search);
    expect([film.statusCode, film.body, film.headers['content-type']]).toEqual([200, 'film', 'video/mp4']);
  });

  test('a WebM is ordered, made and served as one, whatever its link is called', async () => {
    tasks.splice(0);
    const output = { width: 320, height: '', format: 'webm', quality: 'low' };
    expect((await generate({ ...ORDER, output })).status).toBe(400);
    const { task_id: taskId } = (await generate({ ...ORDER, output: { ...output, height: null } })).body;
    await server.plane.jobs?.runDue(JOBS.films.name);
    expect(tasks.map(({ options, outPath }) => [options.output, outPath.slice(-10)])).toEqual([
      [{ widthPx: 320, format: 'webm', quality: 'low' }, '/film.webm'],
    ]);
    const link = new URL((await statusOf(taskId)).body.video_url);
    expect(link.pathname).toMatch(/\.webm$/);
    for (const path of [link.pathname, link.pathname.replace('.webm', '.mp4')]) {
      const film = await server.app.inject(path + link.search);
      expect([film.statusCode, film.headers['content-type']]).toEqual([200, 'video/webm']);
    }
  });

  test('a film of an avatar has no more pixels than can be coded', async () => {
    const { status, body } = await generate({ ...ORDER, output: { width: 4096 } });
    expect([status, body.message]).toEqual([400, expect.stringContaining('more than 9 megapixels')]);
  });

  test('nobody else learns of a film', async () => {
    const stranger = new TestBrowser(server.app);
    await stranger.register(`${newPublicId()}@example.org`);
    const { projectId: elsewhere } = (await stranger.send('POST', '/projects', { name: 'Other' })).json();
    const foreign = await newKey(elsewhere, stranger);
    const { task_id: taskId } = (await generate(ORDER)).body;
    for (const id of [taskId, newPublicId(), 'x', '../x', '']) {
      const { status, body } = await statusOf(id, foreign);
      expect([id, status, body]).toEqual([
        id,
        id === '' ? 400 : 404,
        { status: 'failed', message: expect.any(String) },
      ]);
    }
    // Another project's avatar is none.
    expect((await generate(ORDER, { license: foreign })).body.message).toContain('There is no avatar Zoe');
  });

  test('the text of an order is spoken in the language and voice of its avatar, if it names no other', async () => {
    tasks.splice(0);
    await generate({ character_name: 'zoe', content: 'Hello.' });
    await generate({ character_name: 'zoe', content: 'Hallo.', voice: 'onyx', language: 'de' });
    await server.plane.jobs?.runDue(JOBS.films.name);
    const spoken = tasks.map(({ sound }) => sound);
    expect(spoken).toEqual(
      expect.arrayContaining([
        { kind: 'text', text: 'Hello.', voice: 'cedar', language: 'en-GB' },
        { kind: 'text', text: 'Hallo.', voice: 'onyx', language: 'de' },
      ]),
    );
  });

  test.each([
    ['nothing', {}, 'Give what the film shows: video_url, image_url or character_name.'],
    ['no sound', { character_name: 'Zoe' }, 'Give what is said: audio_url, audio_base64 or content.'],
    ['two pictures', { ...ORDER, video_url: 'https://a.example/a.mp4' }, 'Give what the film shows once'],
    ['two sounds', { ...ORDER, content: 'Hello' }, 'Give what is said once'],
    ['a file of this machine', { character_name: 'Zoe', audio_url: 'file:///etc/passwd' }, 'audio_url is no address'],
    ['a path', { video_url: '../clip.mp4', audio_base64: SOUND }, 'video_url is no address'],
    ['no base64', { character_name: 'Zoe', audio_base64: '%%%' }, 'audio_base64 is no base64'],
    [
      'an empty data URL',
      { character_name: 'Zoe', audio_base64: 'data:audio/wav;base64,' },
      'audio_base64 is no base64',
    ],
    ['no words', { character_name: 'Zoe', content: '… !' }, 'nothing that can be spoken'],
    ['a long text', { character_name: 'Zoe', content: 'a'.repeat(10_001) }, 'content '],
    ['an unknown sync mode', { ...ORDER, sync_mode: 'stretch' }, 'The sync mode is one of'],
    ['an unknown figure', { ...ORDER, character_name: 'nobody-has-this' }, 'There is no avatar nobody-has-this'],
  ])('an order with %s is refused at once with its own sentence', async (_what, order, sentence) => {
    const { status, body } = await generate(order);
    expect([status, body]).toEqual([400, { status: 'failed', message: expect.stringContaining(sentence) }]);
  });

  test('sound of six megabytes is taken, larger sound and larger bodies are refused', async () => {
    const sound = (bytes: number) => ({
      character_name: 'Zoe',
      audio_base64: Buffer.alloc(bytes, 7).toString('base64'),
    });
    expect((await generate(sound(6_000_000))).status).toBe(200);
    expect(await generate(sound(6_000_001))).toMatchObject({ status: 413, body: { status: 'failed' } });
    expect(await generate(sound(7_000_000))).toMatchObject({ status: 413, body: { status: 'failed' } });
  });

  test('a question about a film may be as long as any other request, whoever asks', async () => {
    const payload = { task_id: 'x'.repeat(1_100_000) };
    for (const headers of [{}, { license: key }]) {
      const asked = await server.app.inject({ method: 'POST', url: '/query_status', headers, payload });
      expect([asked.statusCode, asked.json().status]).toEqual([413, 'failed']);
    }
  });

  test('the face that speaks is the one that was meant, however its place is written', async () => {
    await server.plane.jobs?.runDue(JOBS.films.name);
    for (const [given, place] of [
      ['320,240', { x: 320, y: 240 }],
      ['320, 240', { x: 320, y: 240 }],
      [' 320.5 ,240.25', { x: 320.5, y: 240.25 }],
      [
        { x: 320, y: 240.5 },
        { x: 320, y: 240.5 },
      ],
      ['320,240,2.5', { x: 320, y: 240, timeMs: 2500 }],
      [
        { x: 320, y: 240, time: 1.25 },
        { x: 320, y: 240, timeMs: 1250 },
      ],
      ['auto', 'auto'],
      ['', undefined],
      [null, undefined],
    ]) {
      tasks.splice(0);
      expect((await generate({ ...ORDER, speaker: given })).status).toBe(200);
      await server.plane.jobs?.runDue(JOBS.films.name);
      expect(tasks.map(({ options }) => options.speaker)).toEqual([place]);
    }
  });

  const unreadable: readonly unknown[] = [
    '320',
    '320,240,1,1',
    '320,240,-1',
    '320,240,9999',
    'left',
    '-1,2',
    '1e3,2',
    '99999,1',
    7,
    true,
    [320, 240],
    { x: 1 },
    { x: '1', y: 2 },
    { x: -1, y: 2 },
    { x: 1, y: 70_000 },
    { x: 1, y: 2, time: 'later' },
  ];
  test.each(unreadable.map((speaker) => ({ speaker })))(
    'a speaker that cannot be read is refused, not replaced by another face: $speaker',
    async ({ speaker }) => {
      const { status, body } = await generate({ ...ORDER, speaker });
      expect([status, body]).toEqual([
        400,
        { status: 'failed', message: expect.stringContaining('speaker is no place') },
      ]);
    },
  );

  test.each([
    ['segments without an end', { segments: [{ start: 1 }] }, 'segments are no stretches of the clip'],
    ['segments in words', { segments: 'the first half' }, 'segments are no stretches of the clip'],
    ['a segment with more than its ends', { segments: [{ start: 1, end: 2, loud: 1 }] }, 'segments are no stretches'],
    ['no segment', { segments: [] }, 'segments is empty'],
    ['segments that overlap', { segments: '5-8,1-6' }, 'the stretch from 1 to 6 s overlaps the one from 5 s'],
    ['a segment before the clip', { segments: [{ start: -1, end: 2 }] }, 'begins before the clip'],
    ['a segment that ends before it begins', { segments: '3-1' }, 'from 3 to 1 s ends before it begins'],
    ['a segment of a moment', { segments: '1-1.05' }, 'shorter than a tenth of a second'],
    [
      '101 segments',
      { segments: Array.from({ length: 101 }, (_, i) => ({ start: i, end: i + 0.5 })) },
      'more than 100',
    ],
    ['segments and a sync mode', { segments: '1-2', sync_mode: 'loop' }, 'Leave sync_mode out'],
    ['an odd width', { output: { width: 641 } }, 'width is an even number of pixels from 64 to 4096'],
    ['a tiny height', { output: { height: 2 } }, 'height is an even number'],
    ['a huge width', { output: '{"width":4098}' }, 'width is an even number'],
    ['a format that is none', { output: { format: 'gif' } }, 'format is one of: mp4, webm'],
    ['a quality that is none', { output: { quality: 'best' } }, 'quality is one of: low, medium, high'],
    ['an output in words', { output: 'large' }, 'output is no object'],
    ['an output with something else', { output: { frames: 50 } }, 'output has no frames'],
    ['a loud volume', { original_volume: 2 }, 'original_volume is a number from 0'],
    ['a volume in words', { original_volume: 'half' }, 'original_volume is a number from 0'],
    ['a volume at another speed', { original_volume: 0.5, sync_mode: 'remap' }, 'which its sound cannot follow'],
  ])('an order of a clip with %s is refused at once with its own sentence', async (_what, settings, sentence) => {
    const order = { video_url: 'https://a.example/a.mp4', audio_base64: SOUND, ...settings };
    const { status, body } = await generate(order);
    expect([status, body]).toEqual([400, { status: 'failed', message: expect.stringContaining(sentence) }]);
  });

  test.each([
    ['segments', '1-2'],
    ['original_volume', 0.5],
  ])('%s is for clips: an avatar with it is refused', async (name, value) => {
    const { status, body } = await generate({ ...ORDER, [name]: value });
    expect([status, body]).toEqual([400, { status: 'failed', message: expect.stringContaining('is for clips') }]);
  });

  test('who has spent his points since his order is told so at its turn, and nothing is made', async () => {
    const { task_id: taskId } = (await generate(ORDER)).body;
    await setBalance(0);
    tasks.splice(0);
    await server.plane.jobs?.runDue(JOBS.films.name);
    expect((await statusOf(taskId)).body).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('No points are left'),
    });
    expect(tasks).toEqual([]);
  });

  test('a film that costs more than there is is stopped before it is drawn, and costs nothing', async () => {
    await setBalance(1);
    const { task_id: taskId } = (await generate(ORDER)).body;
    lengthMs = 30 * 60_000;
    await server.plane.jobs?.runDue(JOBS.films.name);
    lengthMs = 1000;
    expect((await statusOf(taskId)).body).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('would be 1800 seconds long'),
    });
    const { rows } = await context.db.pool.query('select balance::int from wallets where project_id = $1', [projectId]);
    expect([wasStopped, rows]).toEqual([true, [{ balance: 1 }]]);
  });

  test('who has no points left orders nothing', async () => {
    await setBalance(0);
    expect(await generate(ORDER)).toMatchObject({
      status: 403,
      body: { status: 'failed', message: expect.stringMatching(/points|balance/i) },
    });
    await context.db.pool.query('update wallets set is_unlimited = true where project_id = $1', [projectId]);
  });
});

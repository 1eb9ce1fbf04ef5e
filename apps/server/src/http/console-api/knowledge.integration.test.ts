import { PassThrough } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ToolReceiver } from '../../../../../tests/support/tool-receiver.ts';
import { newPublicId } from '../../control/ids.ts';
import { madePdf } from '../../control/knowledge/testing/made-pdf.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { addBuiltInAvatar } from './testing/built-in-avatar.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('what avatars look things up in', (context) => {
  let server: ConsoleTestServer;
  let pages: ToolReceiver;
  let browser: TestBrowser;
  let projectId: string;
  let avatarId: string;
  let path: string;

  beforeAll(async () => {
    server = await createConsoleServer(context.db, { toolPrivateHosts: ['127.0.0.1'] });
    pages = await ToolReceiver.start();
  });
  afterAll(async () => {
    await server?.close();
    await pages?.close();
  });
  beforeEach(async () => {
    await context.db.orm.execute('delete from attempts');
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Hotel' })).json().projectId;
    const fromAvatarId = await addBuiltInAvatar(context.db);
    const made = await browser.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId, name: 'Mia' });
    ({ avatarId } = made.json());
    path = `/projects/${projectId}/avatars/${avatarId}/knowledge`;
  });

  const send = (name: string, payload: Buffer | string | PassThrough, who = browser) =>
    who.request({
      method: 'POST',
      url: `/api/v1${path}?name=${encodeURIComponent(name)}`,
      payload,
      headers: { 'content-type': 'application/octet-stream' },
    });
  const find = async (query: string) =>
    (await browser.send('GET', `${path}/search?query=${encodeURIComponent(query)}`)).json();
  const refusedFor = async (name: string, payload: Buffer | string) => {
    const reply = await send(name, payload);
    return [reply.statusCode >= 400, reply.json().error?.reason];
  };

  test('files of four kinds are found by their words, with source and page', async () => {
    const handbook = madePdf(['Welcome to the hotel.', 'Breakfast is served from seven to ten.\nThe sauna is free.']);
    expect((await send('handbook.pdf', handbook)).json()).toMatchObject({
      kind: 'pdf',
      pages: 2,
      passages: 2,
      name: 'handbook.pdf',
    });
    expect((await send('pets.md', '# Pets\n\nDogs cost 12 euros a night.')).json()).toMatchObject({ kind: 'markdown' });
    const html =
      '<html><head><title>Parking</title><script>evil()</script></head><body><p>Garage: 20 euros.</p></body></html>';
    expect((await send('', html)).json()).toMatchObject({ kind: 'html', name: 'Parking' });
    expect((await send('zh.txt', '退房时间是中午十二点。')).json()).toMatchObject({ kind: 'text', pages: null });
    expect((await find('when is breakfast'))[0]).toMatchObject({
      source: 'handbook.pdf',
      page: 2,
      text: expect.stringContaining('seven to ten'),
    });
    expect((await find('dog'))[0]).toEqual({ source: 'pets.md', part: 1, text: '# Pets\nDogs cost 12 euros a night.' });
    expect((await find('garage'))[0]).toMatchObject({ source: 'Parking' });
    expect((await find('几点退房'))[0]).toMatchObject({ source: 'zh.txt' });
    expect(JSON.stringify(await find('evil'))).not.toContain('evil()');
    expect(await find('xylophone')).toEqual([]);
  });

  test('a voice looks things up by a tool of the server, and cites source and page; an avatar without sources has none', async () => {
    const open = async () => {
      const found = await server.plane.admission.findAvatar(projectId, { avatarId });
      if (found.kind !== 'found') throw new Error('The avatar is not found.');
      return server.plane.forVoices.openServerTools({ sessionId: newPublicId(), projectId, avatar: found.avatar });
    };
    expect(await open()).toMatchObject({ tools: [] });
    expect((await open()).lookUp).toBeUndefined();
    await send('handbook.pdf', madePdf(['Nothing here.', 'The pool closes at nine.']));
    const tools = await open();
    expect(tools.tools).toMatchObject([
      { name: 'search_knowledge', description: expect.stringContaining('handbook.pdf') },
    ]);
    const call = { callId: 'c', name: 'search_knowledge', argumentsJson: '{"query":"pool"}' };
    const cited: unknown[] = [];
    const run = tools.run(call, new AbortController().signal, (sources) => cited.push(...sources));
    const found = { source: 'handbook.pdf', page: 2, part: 2, text: 'The pool closes at nine.' };
    expect(JSON.parse(await run).found).toEqual([found]);
    expect(cited).toEqual([{ source: 'handbook.pdf', page: 2, part: 2 }]);
    expect(await tools.lookUp?.('And when does the pool close?')).toEqual([found]);
    expect(await tools.lookUp?.('Hello, who are you?')).toEqual([]);
  });

  test('a page is fetched by its address, and none of the operator’s network', async () => {
    pages.reply = () => ({ body: '<title>Rules</title><p>Quiet after ten.', headers: { 'content-type': 'text/html' } });
    const link = (url: string) => browser.send('POST', `${path.replace(/knowledge$/, 'knowledge-links')}`, { url });
    const added = await link(`${pages.url}/rules`);
    expect(added.json()).toMatchObject({ name: 'Rules', kind: 'html', url: `${pages.url}/rules` });
    expect((await find('quiet'))[0]).toMatchObject({ source: 'Rules' });
    for (const url of ['http://localhost/', 'http://169.254.169.254/', 'ftp://x.example/']) {
      expect([url, (await link(url)).statusCode]).toEqual([url, 400]);
    }
    pages.reply = () => ({ status: 302, headers: { location: 'http://10.0.0.7/' } });
    expect((await link(pages.url)).statusCode).toBe(400);
    pages.reply = () => ({ status: 404, body: 'no' });
    expect((await link(pages.url)).json().error.reason).toBe('knowledge-link');
    pages.reply = () => ({ body: Buffer.alloc(26_000_000, 'x') });
    expect((await link(pages.url)).json().error.reason).toBe('knowledge-long');
  });

  test('what holds no text, is locked, broken or a bomb is refused in a sentence', async () => {
    expect(await refusedFor('empty.txt', '')).toEqual([true, expect.anything()]);
    expect(await refusedFor('blank.txt', ' \n ')).toEqual([true, 'knowledge-wordless']);
    const zip = Buffer.concat([Buffer.from('PK\u0003\u0004\u0000\u0000'), deflateRawSync(Buffer.alloc(1000))]);
    expect(await refusedFor('book.docx', zip)).toEqual([true, 'knowledge-kind']);
    expect(await refusedFor('latin.txt', Buffer.from([0xe9, 0x20, 0xe8]))).toEqual([true, 'knowledge-kind']);
    expect(await refusedFor('scan.pdf', madePdf(['']))).toEqual([true, 'knowledge-wordless']);
    expect(await refusedFor('locked.pdf', madePdf(['Secret'], { locked: true }))).toEqual([true, 'knowledge-locked']);
    expect(await refusedFor('broken.pdf', Buffer.from('%PDF-1.7 nothing follows'))).toEqual([
      true,
      'knowledge-damaged',
    ]);
    const bomb = madePdf(['Boom'], { bombBytes: 1_500_000_000 });
    expect(bomb.length).toBeLessThan(2_000_000);
    expect(await refusedFor('bomb.pdf', bomb)).toEqual([true, 'knowledge-damaged']);
    expect(await refusedFor('long.txt', 'word '.repeat(1_300_000))).toEqual([true, 'knowledge-long']);
    expect((await browser.send('GET', path)).json()).toEqual([]);
  });

  test('an avatar has three million characters at most; what is beyond is refused in a sentence', async () => {
    const words = (characters: number) => 'word '.repeat(characters / 5);
    expect((await send('most.txt', words(2_990_000))).statusCode).toBe(201);
    expect(await refusedFor('more.txt', words(10_005))).toEqual([true, 'knowledge-avatar-full']);
    expect((await send('rest.txt', words(10_000))).statusCode).toBe(201);
  });

  test('files that come slowly take places, beyond which nothing is received', async () => {
    const slow = [new PassThrough(), new PassThrough()];
    const sent = slow.map((body, at) => send(`slow-${at}.txt`, body));
    for (const body of slow) {
      body.write('Slowly ');
      await expect.poll(() => body.readableLength).toBe(0);
    }
    expect((await send('third.txt', 'Dogs.')).json().error).toMatchObject({ reason: 'knowledge-busy' });
    const links = path.replace(/knowledge$/, 'knowledge-links');
    expect((await browser.send('POST', links, { url: pages.url })).statusCode).toBe(503);
    for (const body of slow) body.end('but surely.');
    expect((await Promise.all(sent)).map(({ statusCode }) => statusCode)).toEqual([201, 201]);
    expect((await send('third.txt', 'Dogs.')).statusCode).toBe(201);
  });

  test('deleting leaves nothing, and strangers reach nothing', async () => {
    const { sourceId } = (await send('pets.md', 'Dogs are welcome.')).json();
    const stranger = new TestBrowser(server.app, '203.0.113.9');
    await stranger.register(`${newPublicId()}@example.org`);
    expect((await send('theirs.txt', 'Cats only.', stranger)).statusCode).toBe(404);
    expect((await stranger.send('GET', `${path}/search?query=dogs`)).statusCode).toBe(404);
    expect((await stranger.send('DELETE', `${path}/${sourceId}`)).statusCode).toBe(404);
    expect(await find('dogs')).toHaveLength(1);
    expect((await browser.send('DELETE', `${path}/${sourceId}`)).statusCode).toBe(200);
    expect(await find('dogs')).toEqual([]);
    await send('more.md', 'Dogs again.');
    await context.db.orm.execute('delete from avatars where project_id is not null');
    expect((await context.db.orm.execute('select 1 from knowledge_passages')).rows).toEqual([]);
  });
});

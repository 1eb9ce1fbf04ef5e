import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { MakingStep } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BundleOutcome, BundleTask } from '../../control/avatars/making/avatar-workshop.ts';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

type Progress = (share: number, step: MakingStep) => void;

/** The first bytes of a film and of a picture; what follows is nobody's business before the making. */
const MP4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), Buffer.alloc(200)]);
const STILL = 'RIFF....WEBP';
const FILM = '0123456789';
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200)]);

describeOnBothDatabases('avatars', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let path: string;
  let license: string;
  let baseUrl: string;
  const systemAvatarId = newPublicId();
  const uploadFolder = mkdtempSync(join(tmpdir(), 'visavis-uploads-'));
  const workFolder = mkdtempSync(join(tmpdir(), 'visavis-making-'));
  /** What the making waits for. */
  const made: {
    readonly task: BundleTask;
    readonly end: (outcome: BundleOutcome) => void;
    readonly onProgress: Progress;
    readonly onPicture: (webp: Uint8Array) => void;
    readonly signal: AbortSignal;
  }[] = [];

  beforeAll(async () => {
    server = await createConsoleServer(context.db, {
      fetchPrivateHosts: ['localhost'],
      making: {
        uploadFolder,
        workFolder,
        run: (task, options) => new Promise((end) => made.push({ task, end, ...options })),
      },
    });
    baseUrl = await server.listen(24000 + Math.floor(Math.random() * 400));
    await context.db.orm.insert(avatars).values({
      id: systemAvatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      thumbnail: 'still.webp',
      prompt: 'You are Leo.',
    });
  });
  afterAll(async () => {
    for (const { end } of made) end({ kind: 'broke', detail: 'The test is over.' });
    await server.close();
    for (const folder of [uploadFolder, workFolder]) await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    license = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json().key;
    path = `/projects/${projectId}/avatars`;
  });

  test('an avatar is copied, changed in all fields, copied again and deleted', async () => {
    const made = await browser.send('POST', path, { fromAvatarId: systemAvatarId });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      isSystem: false,
      name: 'Leo',
      title: 'Leo',
      voice: 'cedar',
      prompt: 'You are Leo.',
      state: 'ready',
      thumbnailUrl: `/uploadFiles/${made.json().avatarId}.webp`,
    });
    expect(JSON.stringify(made.json())).not.toContain('bundle');
    const fields = {
      name: 'Mia',
      provider: 'openai-realtime',
      model: 'gpt-realtime',
      voice: 'marin',
      language: 'de-DE',
      prompt: 'Sei nett.',
      firstMessage: 'Hallo!',
      knowledge: 'Offen ab 9 Uhr.',
      maxCallSeconds: 600,
      recordCalls: true,
      remembers: true,
      tools: [{ name: 'book', description: 'Books a table', parameters: { type: 'object', properties: {} } }],
    };
    const { avatarId } = made.json();
    expect((await browser.send('PATCH', `${path}/${avatarId}`, fields)).json()).toMatchObject(fields);
    expect((await browser.send('GET', `${path}/${avatarId}`)).json()).toMatchObject(fields);
    const copy = (await browser.send('POST', path, { fromAvatarId: avatarId })).json();
    expect(copy).toMatchObject({ ...fields, name: 'Mia 2' });
    expect((await browser.send('DELETE', `${path}/${avatarId}`)).statusCode).toBe(200);
    const list = (await browser.send('GET', path)).json();
    expect(list.map((avatar: { name: string }) => avatar.name)).toEqual(['Mia 2', 'navtalk.Leo']);
  });

  test('a call uses the avatar’s tools, knowledge and time limit', async () => {
    const tool = { name: 'book', description: 'Books', parameters: { type: 'object', properties: {} } };
    const fields = { fromAvatarId: systemAvatarId, knowledge: 'Open from nine.', tools: [tool], maxCallSeconds: 10 };
    const { avatarId } = (await browser.send('POST', path, fields)).json();
    await context.db.orm.execute(sql`update avatars set max_call_seconds = 1 where id = ${avatarId}`);
    const client = new TestClient(baseUrl, { license, avatarId });
    await client.event('conversation.connected.success');
    const config = server.placer.calls.at(-1)!.config;
    expect(config.tools).toEqual([tool]);
    expect(config.prompt).toBe('You are Leo.\n\n# Knowledge\n\nOpen from nine.');
    expect(await client.closed).toEqual({ code: 1000, reason: 'Call time is over' });
    expect(client.events.at(-1)).toMatchObject({
      type: 'conversation.connected.close',
      data: { code: 'call-time-limit' },
    });
  });

  test('built-in avatars stay as they are, and input that does not fit is refused', async () => {
    expect((await browser.send('PATCH', `${path}/${systemAvatarId}`, { name: 'Mine' })).statusCode).toBe(403);
    expect((await browser.send('DELETE', `${path}/${systemAvatarId}`)).statusCode).toBe(403);
    for (const body of [
      {},
      { fromAvatarId: systemAvatarId, uploadId: newPublicId() },
      { pictureUrl: 'https://pictures.example/a.jpg' },
      { pictureUrl: 'file:///etc/passwd', name: 'x' },
      { fromAvatarId: '../../etc/passwd' },
      { fromAvatarId: systemAvatarId, prompt: 'x'.repeat(100_001) },
      { fromAvatarId: systemAvatarId, tools: [{ name: 'no spaces' }] },
      { fromAvatarId: systemAvatarId, language: 'x' },
    ]) {
      const reply = await browser.send('POST', path, body);
      expect([Object.keys(body), reply.statusCode]).toEqual([Object.keys(body), 400]);
    }
    expect((await browser.send('POST', path, { fromAvatarId: newPublicId() })).statusCode).toBe(404);
  });

  const upload = (body: Buffer, type = 'application/octet-stream', project = path) =>
    browser.request({
      method: 'POST',
      url: `/api/v1${project.replace(/avatars$/, 'uploads')}`,
      payload: body,
      headers: { 'content-type': type },
    });
  type Facts = Pick<Extract<BundleOutcome, { kind: 'made' }>, 'preview' | 'notice'>;
  /** A bundle is made, as far as the server knows bundles. */
  const finish = async ({ task, end }: (typeof made)[number], facts: Facts): Promise<void> => {
    await mkdir(task.outDir, { recursive: true });
    const files = { 'manifest.json': '{"description":"Drawn from a photo."}', 'thumbnail.webp': STILL };
    const film = facts.preview === null ? {} : { [facts.preview]: FILM };
    for (const [name, body] of Object.entries({ ...files, ...film })) await writeFile(join(task.outDir, name), body);
    end({ kind: 'made', thumbnail: 'thumbnail.webp', ...facts });
  };
  const nextTask = () => vi.waitFor(() => made.shift() ?? expect.fail('No avatar is being made.'), 10_000);
  const stateOf = async (avatarId: string) => (await browser.send('GET', `${path}/${avatarId}`)).json();

  test('an uploaded picture becomes an avatar; until then it says how far it is and takes no calls [20.26]', async () => {
    const sent = await upload(PNG, 'image/png');
    expect(sent.statusCode).toBe(201);
    const { uploadId } = sent.json();
    expect(sent.json()).toEqual({ uploadId, kind: 'picture', sizeBytes: PNG.length });
    const created = await browser.send('POST', path, { uploadId, name: 'Photo', prompt: 'You are Photo.' });
    expect(created.json()).toMatchObject({
      prompt: 'You are Photo.',
      firstMessage: expect.stringContaining('I am Photo.'),
    });
    const { avatarId } = created.json();
    expect(created.json()).toMatchObject({
      state: 'making',
      job: { progress: 0 },
      thumbnailUrl: null,
      previewUrl: null,
    });
    expect((await new TestClient(baseUrl, { license, avatarId }).closed).reason).toBe('Avatar not found');
    // The upload is used up.
    expect((await browser.send('POST', path, { uploadId, name: 'Again' })).statusCode).toBe(404);
    const making = await nextTask();
    const { task, onProgress } = making;
    expect(task).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/), displayName: 'Photo' });
    expect(await readFile(task.inputPath)).toEqual(PNG);
    onProgress(0.5, 'drawing the mouth');
    await vi.waitFor(
      async () => expect((await stateOf(avatarId)).job).toEqual({ progress: 0.5, step: 'drawing the mouth' }),
      {
        timeout: 10_000,
      },
    );
    const status = await server.app.inject(`/api/open/v1/avatar/status?license=${license}&jobId=${avatarId}`);
    expect(status.json().data).toMatchObject({ status: 'Processing', progress: 50, message: 'drawing the mouth' });
    await finish(making, { preview: 'preview.mp4', notice: null });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('ready'), 10_000);
    expect(await stateOf(avatarId)).toMatchObject({
      job: null,
      thumbnailUrl: `/uploadFiles/${avatarId}.webp`,
      previewUrl: `/uploadFiles/${avatarId}.mp4`,
      notice: null,
    });
    await vi.waitFor(() => expect(existsSync(task.inputPath)).toBe(false), 10_000);
    expect([await readdir(uploadFolder), await readdir(workFolder)]).toEqual([[], []]);
  });

  test('the owner of an avatar that does not move as its clip does is told so, and whoever copies it', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Clip' })).json();
    await finish(await nextTask(), { preview: null, notice: 'still-from-clip' });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('ready'), 10_000);
    const notice = { code: 'still-from-clip', message: expect.stringMatching(/made from its best picture/) };
    expect(await stateOf(avatarId)).toMatchObject({ notice });
    const status = await server.app.inject(`/api/open/v1/avatar/status?license=${license}&jobId=${avatarId}`);
    expect(status.json().data).toMatchObject({ status: 'Success', message: notice.message });
    const copy = await browser.send('POST', path, { fromAvatarId: avatarId });
    expect(copy.json()).toMatchObject({ notice });
  });

  test('what breaks off is tried once more, what cannot be used says why, and both can be retried', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    (await nextTask()).end({ kind: 'broke', detail: 'killed' });
    (await nextTask()).end({ kind: 'broke', detail: 'killed' });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('failed'), 10_000);
    expect((await stateOf(avatarId)).stateDetail).toMatch(/broke off twice/);
    expect((await stateOf(avatarId)).failure).toEqual({ reason: 'broke-off' });
    expect((await browser.send('POST', `${path}/${avatarId}/retry`, {})).json()).toMatchObject({
      state: 'making',
      failure: null,
    });
    expect((await browser.send('POST', `${path}/${avatarId}/retry`, {})).statusCode).toBe(409);
    (await nextTask()).end({ kind: 'refused', code: 'no-face', message: 'No face was found.' });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).stateDetail).toBe('No face was found.'), 10_000);
    expect((await stateOf(avatarId)).failure).toEqual({ reason: 'no-face' });
  });

  test('what an avatar is made from is seen by its project, until it is ready; another photo keeps the rest', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const wish = { uploadId, name: 'Photo', voice: 'ash', prompt: 'Be brief.' };
    const { avatarId } = (await browser.send('POST', path, wish)).json();
    const picture = () => browser.send('GET', `${path}/${avatarId}/picture`);
    expect([(await stateOf(avatarId)).sourceUrl, (await picture()).statusCode]).toEqual([null, 404]);
    const first = await nextTask();
    first.onPicture(Buffer.from('small'));
    await vi.waitFor(async () => expect((await stateOf(avatarId)).sourceUrl).not.toBeNull(), 10_000);
    expect((await stateOf(avatarId)).sourceUrl).toBe(`/api/v1${path}/${avatarId}/picture`);
    expect([(await picture()).headers['content-type'], (await picture()).body]).toEqual(['image/webp', 'small']);
    expect((await new TestBrowser(server.app).send('GET', `${path}/${avatarId}/picture`)).statusCode).toBe(401);
    expect((await server.app.inject(`/uploadFiles/${avatarId}.webp`)).statusCode).toBe(404);
    first.end({ kind: 'refused', code: 'no-face', message: 'No face was found.' });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('failed'), 10_000);
    expect((await picture()).body).toBe('small');

    const other = (await upload(PNG)).json().uploadId;
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Other' })).json();
    const foreign = (await upload(PNG, 'image/png', `/projects/${projectId}/avatars`)).json().uploadId;
    for (const wrong of [foreign, newPublicId()]) {
      expect((await browser.send('POST', `${path}/${avatarId}/retry`, { uploadId: wrong })).statusCode).toBe(404);
    }
    expect((await stateOf(avatarId)).state).toBe('failed');
    const again = await browser.send('POST', `${path}/${avatarId}/retry`, { uploadId: other });
    expect(again.json()).toMatchObject({ state: 'making', sourceUrl: null, stateDetail: null, name: 'Photo' });
    expect(again.json()).toMatchObject({ voice: 'ash', prompt: 'Be brief.' });
    await vi.waitFor(() => expect(existsSync(first.task.inputPath)).toBe(false), 10_000);
    const second = await nextTask();
    expect(second.task.inputPath).not.toBe(first.task.inputPath);
    expect((await browser.send('POST', `${path}/${avatarId}/retry`, { uploadId: foreign })).statusCode).toBe(409);
    second.onPicture(Buffer.from('second'));
    await finish(second, { preview: null, notice: null });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('ready'), 10_000);
    expect((await stateOf(avatarId)).sourceUrl).toBeNull();
  });

  test('a failed avatar comes out of the bin with what it is made from', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    const task = await nextTask();
    task.onPicture(Buffer.from('small'));
    await vi.waitFor(async () => expect((await stateOf(avatarId)).sourceUrl).not.toBeNull(), 10_000);
    task.end({ kind: 'refused', code: 'no-face', message: 'No face was found.' });
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('failed'), 10_000);
    await browser.send('DELETE', `${path}/${avatarId}`);
    const [binned] = (await browser.send('GET', path.replace(/avatars$/, 'bin'))).json();
    const pictureUrl = `/api/v1${path}/${avatarId}/picture`;
    expect(binned).toMatchObject({ avatarId, name: 'Photo', state: 'failed', pictureUrl });
    expect((await browser.send('GET', `${path}/${avatarId}/picture`)).body).toBe('small');
    await browser.send('POST', `${path.replace(/avatars$/, 'bin')}/${avatarId}/restore`);
    expect((await browser.send('POST', `${path}/${avatarId}/retry`)).json()).toMatchObject({ state: 'making' });
    const again = await nextTask();
    expect(await readFile(again.task.inputPath)).toEqual(PNG);
    again.end({ kind: 'refused', code: 'no-face', message: 'No face was found.' });
  });

  test('deleting an avatar that is being made ends the making and removes its file', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    const { task, signal, end } = await nextTask();
    expect((await browser.send('DELETE', `${path}/${avatarId}`)).statusCode).toBe(200);
    expect(signal.aborted).toBe(true);
    end({ kind: 'broke', detail: 'stopped' });
    await vi.waitFor(() => expect(existsSync(task.inputPath)).toBe(false), 10_000);
    expect((await browser.send('GET', `${path}/${avatarId}`)).statusCode).toBe(404);
  });

  test('uploads are judged by their bytes and their size, and belong to their project', async () => {
    const before = await readdir(uploadFolder);
    const executable = await upload(Buffer.from(`MZ${'\0'.repeat(200)}`), 'image/jpeg');
    expect([executable.statusCode, executable.json().error.code]).toEqual([415, 'unsupported-type']);
    expect((await upload(Buffer.alloc(0))).statusCode).toBe(415);
    const large = await upload(Buffer.concat([PNG, Buffer.alloc(30_000_000)]), 'image/png');
    expect([large.statusCode, large.json().error.message]).toEqual([413, expect.stringMatching(/30 MB/)]);
    const announced = await browser.request({
      method: 'POST',
      url: `/api/v1${path.replace(/avatars$/, 'uploads')}`,
      payload: Readable.from([PNG]),
      headers: { 'content-type': 'video/mp4', 'content-length': '200000001' },
    });
    expect(announced.statusCode).toBe(413);
    expect(await readdir(uploadFolder)).toEqual(before);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Other' })).json();
    const { uploadId } = (await upload(PNG, 'image/png', `/projects/${projectId}/avatars`)).json();
    expect((await browser.send('POST', path, { uploadId, name: 'Theirs' })).statusCode).toBe(404);
    expect((await browser.send('GET', path)).json().some(({ name }: { name: string }) => name === 'Theirs')).toBe(
      false,
    );
  });

  test('an avatar whose making was never begun says so, and is made from a photo that is chosen once more', async () => {
    const { uploadId } = (await upload(PNG)).json();
    const { avatarId } = (await browser.send('POST', path, { uploadId, name: 'Photo' })).json();
    (await nextTask()).end({ kind: 'broke', detail: 'killed' });
    await context.db.orm.execute(sql`delete from avatar_jobs where avatar_id = ${avatarId}`);
    await context.db.orm.execute(sql`update avatars set updated_at = now() - interval '1 hour' where id = ${avatarId}`);
    await server.plane.housekeeping.runAll();
    expect(await stateOf(avatarId)).toMatchObject({
      state: 'failed',
      failure: { reason: 'never-begun' },
      stateDetail: expect.stringContaining('Choose its photo or clip once more'),
    });
    const { uploadId: again } = (await upload(PNG)).json();
    const retried = await browser.send('POST', `${path}/${avatarId}/retry`, { uploadId: again });
    expect(retried.json()).toMatchObject({ state: 'making', failure: null, stateDetail: null });
    (await nextTask()).end({ kind: 'refused', code: 'no-face', message: 'No face was found.' });
  });

  test('an avatar that is added over the open interface is made from the film or picture at its address [20.26]', async () => {
    const files = createServer((request, response) => response.end(request.url === '/mia.mp4' ? MP4 : PNG));
    await new Promise<void>((resolve) => files.listen(0, 'localhost', resolve));
    const { port } = files.address() as AddressInfo;
    try {
      for (const [name, bytes] of [['mia.mp4', MP4] as const, ['mia.png', PNG] as const]) {
        const payload = { license, name, url: `http://localhost:${port}/${name}` };
        const added = await server.app.inject({ method: 'POST', url: '/api/open/v1/avatar/add', payload });
        expect(added.json()).toMatchObject({ code: 200, message: 'SUCCESS' });
        const making = await nextTask();
        const { task } = making;
        expect([task.displayName, await readFile(task.inputPath)]).toEqual([name, bytes]);
        await finish(making, { preview: 'preview.mp4', notice: null });
        const status = `/api/open/v1/avatar/status?license=${license}&jobId=${added.json().data.jobId}`;
        const told = async () => (await server.app.inject(status)).json().data.status;
        await vi.waitFor(async () => expect(await told()).toBe('Success'), 10_000);
      }
    } finally {
      files.close();
    }
  });

  test('a picture is fetched from public addresses only', async () => {
    const body = { pictureUrl: `http://127.0.0.1:${new URL(baseUrl).port}/favicon.ico`, name: 'Inner' };
    const { avatarId } = (await browser.send('POST', path, body)).json();
    await vi.waitFor(async () => expect((await stateOf(avatarId)).state).toBe('failed'), 10_000);
    const { stateDetail, failure } = await stateOf(avatarId);
    expect(stateDetail).toMatch(/private or reserved address/);
    expect(failure).toEqual({ reason: 'address-refused', values: { why: 'private-address' } });
  });
});

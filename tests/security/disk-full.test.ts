import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { openSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';

type AttackProject = Awaited<ReturnType<Arena['newProject']>>;

const DISK_MB = 400;
const MIN_FREE_MB = 60;
const PNG_HEAD = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

const TITLE = 'a full disk';
const disk = openSmallDisk(DISK_MB, TITLE);
if (disk === null) {
  describe.skip(TITLE, () => {
    test('needs a disk of its own', () => {});
  });
} else {
  attackDisk(disk);
  afterAll(() => disk.remove());
}

function attackDisk({ folder, fillTo, empty }: SmallDisk): void {
  const settings = {
    DATA_DIR: path.join(folder, 'data'),
    MIN_FREE_DISK_MB: String(MIN_FREE_MB),
    // Rendered faces of the usual size would fill this disk by themselves.
    PICTURE_SIZE: '128',
  };
  describeUnderAttack(TITLE, settings, (arena) => {
    const health = async () => (await (await fetch(`${arena.url}/health`)).json()) as { disk: string; status: string };
    const becomes = (disk: 'low' | 'ok') =>
      expect.poll(async () => (await health()).disk, { timeout: 15_000 }).toBe(disk);
    const send = (project: AttackProject) => {
      const picture = Buffer.concat([PNG_HEAD, Buffer.alloc(50_000)]);
      return project.owner.upload(project.projectId, picture, 'image/png');
    };
    const full = {
      status: 507,
      body: { error: { code: 'disk-full', message: expect.stringContaining('talking goes on') } },
    };
    const talk = async (project: AttackProject): Promise<void> => {
      const client = arena.call({ license: project.key, avatarId: project.avatarId });
      await client.event('realtime.session.updated', 0, 30_000);
      client.send({ type: 'realtime.input_text', data: { content: 'Are you there?' } });
      await client.event('realtime.response.audio_transcript.delta', 0, 30_000);
      client.socket.close();
      await client.closed;
    };
    afterEach(empty);

    test('is noticed before it is full: nothing more is stored, and everything else goes on', {
      timeout: 180_000,
    }, async () => {
      const project = await arena.newProject();
      const record = { recordCalls: true };
      expect((await project.owner.send('PATCH', `${project.path}/avatars/${project.avatarId}`, record)).status).toBe(
        200,
      );
      const { uploadId } = (await send(project)).body;
      await arena.whileNeighbourTalks(async () => {
        const slow = slowUpload(arena, project);
        await fillTo((MIN_FREE_MB - 10) * 1_000_000);
        await becomes('low');
        expect((await health()).status).toBe('ok');
        // What was coming in is broken off, and leaves nothing behind.
        expect(await slow).toMatchObject(full);
        const refused = await send(project);
        expect(refused).toMatchObject(full);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await project.owner.post(`${project.path}/avatars`, { uploadId, name: 'Late' })).toMatchObject(full);
        await talk(project);
        expect(await readdir(path.join(settings.DATA_DIR, 'recordings'))).toEqual([]);
        const login = await project.owner.post('/auth/login', {
          email: 'operator@example.org',
          password: ConsoleVisitor.PASSWORD,
        });
        expect(login.status).toBe(200);
        const said = () => arena.server.output().match(/The disk is nearly full/g) ?? [];
        await expect.poll(said).toHaveLength(1);
      });
      await empty();
      await becomes('ok');
      await expect.poll(() => arena.server.output()).toContain('The disk has room again');
      const other = await arena.newProject();
      expect((await send(other)).status).toBe(201);
      expect((await readdir(path.join(settings.DATA_DIR, 'uploads'))).length).toBe(0);
      expect((await readdir(path.join(settings.DATA_DIR, 'files', 'sources'))).length).toBe(2);
    });

    test('to the last byte harms nothing that was stored, is told in words, and is got over without help', {
      timeout: 240_000,
    }, async () => {
      const project = await arena.newProject();
      const before = (await project.owner.get(project.path)).body;
      const acknowledged: string[] = [];
      const refusals = new Set<string>();
      await arena.whileNeighbourTalks(async () => {
        await fillTo(0);
        await becomes('low');
        // Room that the engine has set aside is used up as well, until a write finds none.
        for (let count = 0; count < 60; count += 1) {
          const made = await project.owner.post(`${project.path}/keys`, { name: `Key ${count} ${'x'.repeat(60)}` });
          if (made.status === 201) acknowledged.push(made.body.licenceId);
          else refusals.add(`${made.status} ${made.body.error?.code}`);
        }
        expect(await send(project)).toMatchObject(full);
      });
      for (const refusal of refusals) expect(refusal).toMatch(/^(409 quota-reached|503 overloaded|507 disk-full)$/);
      await empty();
      await becomes('ok');
      await expect
        .poll(async () => (await project.owner.get(project.path)).body.projectId, { timeout: 60_000 })
        .toBe(before.projectId);
      const keys = (await project.owner.get(`${project.path}/keys`)).body as { licenceId: string }[];
      expect(keys.map(({ licenceId }) => licenceId)).toEqual(expect.arrayContaining(acknowledged));
      expect((await send(project)).status).toBe(201);
      await talk(project);
    });
  });
}

/** Begins a picture and sends on, fast enough, without an end. */
function slowUpload(arena: Arena, { owner, projectId }: AttackProject): Promise<{ status: number; body: unknown }> {
  const begin = arena.url.startsWith('https:') ? httpsRequest : httpRequest;
  const sending = begin(`${arena.url}/api/v1/projects/${projectId}/uploads`, {
    method: 'POST',
    headers: { cookie: owner.cookie, origin: arena.url, 'content-type': 'image/png', 'content-length': 20_000_000 },
  });
  const timer = setInterval(() => sending.write(Buffer.alloc(20_000)), 200);
  sending.write(PNG_HEAD);
  return new Promise((resolve, reject) => {
    sending.on('error', reject);
    sending.on('response', (response) => {
      clearInterval(timer);
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => {
        sending.destroy();
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
    });
  });
}

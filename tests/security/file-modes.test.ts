import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

describe('reading the data folder as another user of the machine', () => {
  let folder: string;
  let server: TestServer;
  let umaskBefore: number;

  beforeAll(async () => {
    // What a shell usually sets: others may read. The server inherits it.
    umaskBefore = process.umask(0o022);
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-modes-'));
    // What an earlier release left behind.
    await mkdir(path.join(folder, 'uploads'), { mode: 0o755 });
    await writeFile(path.join(folder, 'notes.txt'), 'old', { mode: 0o644 });
    await chmod(folder, 0o755);
    const made = { MEDIA_WORKERS: '1', DATA_DIR: folder, PREPARE_AVATARS: 'true' };
    server = await startServer(made);
  }, 180_000);
  afterAll(async () => {
    process.umask(umaskBefore);
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('nothing that was written is open to others', { timeout: 240_000 }, async () => {
    const owner = new ConsoleVisitor(server.url);
    await owner.register('owner@example.org');
    const { projectId } = (await owner.post('/projects', { name: 'Shop' })).body;
    const project = `/projects/${projectId}`;
    const photo = new Uint8Array(await jpegOf(await avatarPhoto('marcus')));
    const [first, unused] = [await owner.upload(projectId, photo), await owner.upload(projectId, photo)];
    expect([first.status, unused.status]).toEqual([201, 201]);
    const { avatarId } = (await owner.post(`${project}/avatars`, { uploadId: first.body.uploadId, name: 'Mia' })).body;

    await expect
      .poll(async () => (await owner.get(`${project}/avatars/${avatarId}`)).body.state, {
        timeout: 120_000,
        interval: 200,
      })
      .toBe('ready');

    const found = await modesIn(folder);
    const parts = ['database', 'master.key', 'files', 'bundles', 'uploads', 'recordings'];
    const names = [...found.keys()];
    for (const part of parts) expect([part, names.some((name) => name.startsWith(part))]).toEqual([part, true]);
    expect(names.filter((name) => name.startsWith('database/')).length).toBeGreaterThan(100);
    const open = [...found]
      .filter(([, mode]) => (mode & 0o077) !== 0)
      .map(([name, mode]) => `${name} ${mode.toString(8)}`);
    expect(open).toEqual([]);
    // Films are written by media workers while people call.
    for (const pid of [server.child.pid, ...server.mediaWorkers()]) {
      expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Umask:\s+0077$/m);
    }
  });
});

/** Permissions of everything below the folder, by path. */
async function modesIn(folder: string): Promise<Map<string, number>> {
  const modes = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const found = await lstat(at).catch(() => null);
    if (found !== null && !found.isSymbolicLink()) modes.set(path.relative(folder, at), found.mode & 0o777);
  }
  return modes;
}

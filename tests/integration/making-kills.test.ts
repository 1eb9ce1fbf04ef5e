import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { childrenOf, killServer, processesOf } from '../support/making-processes.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

type Avatar = {
  state: string;
  stateDetail: string | null;
  job: { progress: number } | null;
  thumbnailUrl: string | null;
};

const MAKING = { timeout: 120_000, interval: 100 };

let server: TestServer;
let owner: ConsoleVisitor;
let projectId: string;
let photo: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  server = await startServer();
  photo = new Uint8Array(await jpegOf(await avatarPhoto('marcus')));
  owner = new ConsoleVisitor(server.url);
  await owner.register('mia@example.org');
  projectId = (await owner.post('/projects', { name: 'Shop' })).body.projectId;
}, 180_000);
afterAll(() => server?.stop());

const avatarsPath = () => `/projects/${projectId}/avatars`;
const stateOf = async (avatarId: string): Promise<Avatar> => (await owner.get(`${avatarsPath()}/${avatarId}`)).body;

async function startMaking(name: string): Promise<string> {
  const { uploadId } = (await owner.upload(projectId, photo, 'image/jpeg')).body;
  const { status, body } = await owner.post(avatarsPath(), { uploadId, name });
  expect([status, body.state]).toEqual([201, 'making']);
  return body.avatarId;
}

/**
 * Waits until the making of this avatar is well under way, by another process than this one. Gives its process id. A server that
 * takes calls makes one avatar at a time: whose progress grows is the one that is made. `before`: how far a dead attempt came.
 */
async function makerOf(avatarId: string, { notPid = 0, before = 0 } = {}): Promise<number> {
  let pid: number | undefined;
  const isUnderWay = async () => {
    pid = (await makers()).find((candidate) => candidate !== notPid);
    const { job } = await stateOf(avatarId);
    const progress = job?.progress ?? 0;
    return pid !== undefined && progress > 0.2 && progress !== before;
  };
  await expect.poll(isUnderWay, MAKING).toBe(true);
  return pid ?? 0;
}

/** Processes that make avatars of this server. */
function makers(): Promise<number[]> {
  return childrenOf(server.child.pid, 'bundle-child');
}

async function expectReady(avatarId: string): Promise<void> {
  await expect.poll(async () => (await stateOf(avatarId)).state, MAKING).toBe('ready');
  const still = await fetch(server.url + (await stateOf(avatarId)).thumbnailUrl);
  expect([still.status, still.headers.get('content-type')]).toEqual([200, 'image/webp']);
}

test('what is being made survives kill -9 of its process and of the server, or fails with a reason and can be retried', {
  timeout: 600_000,
}, async () => {
  const first = await startMaking('Nora');
  const second = await startMaking('Rosa');
  const maker = await makerOf(first);
  await killServer(server);
  // Nobody is left to make it for.
  await expect.poll(async () => (await processesOf('bundle-child')).includes(maker), MAKING).toBe(false);

  server = await startServer({ DATA_DIR: server.dataDir });
  const cookie = owner.cookie;
  owner = new ConsoleVisitor(server.url);
  owner.cookie = cookie;
  const before = (await stateOf(first)).job?.progress ?? 0;
  // Which goes on first depends on how soon the dead server's claim runs out.
  const losesItsLastAttempt = async () => {
    process.kill(await makerOf(first, { before }), 'SIGKILL');
    await expect.poll(async () => (await stateOf(first)).state, MAKING).toBe('failed');
    expect((await stateOf(first)).stateDetail).toMatch(/broke off twice/);
  };
  const losesTime = async () => {
    const killed = await makerOf(second);
    process.kill(killed, 'SIGKILL');
    await makerOf(second, { notPid: killed });
    await expectReady(second);
  };
  await Promise.all([losesItsLastAttempt(), losesTime()]);

  expect((await owner.post(`${avatarsPath()}/${first}/retry`, {})).body.state).toBe('making');
  await expectReady(first);

  expect(await makers()).toEqual([]);
  expect(await readdir(join(server.dataDir, 'uploads'))).toEqual([]);
  expect(await readdir(join(server.dataDir, 'files', 'sources'))).toEqual([]);
  const bundles = (await readdir(join(server.dataDir, 'bundles'))).filter((name) => /^[0-9a-f]{64}$/.test(name));
  expect(bundles.map((name) => existsSync(join(server.dataDir, 'bundles', name, 'manifest.json')))).toEqual([
    true,
    true,
  ]);
});

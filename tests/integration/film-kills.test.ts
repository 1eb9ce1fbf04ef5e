import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { childrenOf, killServer, processesOf } from '../support/making-processes.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const MAKING = { timeout: 120_000, interval: 50 };

let server: TestServer;
let owner: ConsoleVisitor;
let projectId = '';
let sound = '';

beforeAll(async () => {
  server = await startServer({ FREE_POINTS: '1000' });
  owner = new ConsoleVisitor(server.url);
  await owner.register('mia@example.org');
  projectId = (await owner.post('/projects', { name: 'Shop' })).body.projectId;
  const { pcm24k } = await speakWithFlite('My mother came home before the rain began.', 'rms');
  sound = Buffer.from(wavFile([pcm24k, pcm24k, pcm24k, pcm24k], 24_000)).toString('base64');
}, 180_000);
afterAll(() => server?.stop());

const path = () => `/projects/${projectId}/generations`;
const order = async (): Promise<string> =>
  (await owner.post(path(), { avatar: 'navtalk.Leo', audioBase64: sound })).body.generationId;
const filmOf = async (id: string) => (await owner.get(`${path()}/${id}`)).body;

/** The process that makes a film of this server, once it draws; another one than `notPid`. */
async function makerOf(id: string, notPid = 0): Promise<number> {
  let pid = 0;
  const isDrawing = async () => {
    pid = (await makers()).find((candidate) => candidate !== notPid) ?? 0;
    return pid > 0 && (await filmOf(id)).step === 'drawing the mouth';
  };
  await expect.poll(isDrawing, MAKING).toBe(true);
  return pid;
}

const makers = (): Promise<number[]> => childrenOf(server.child.pid, 'film-child');

test('a film survives kill -9 of its process and of the server, and is paid for once; one that is cancelled ends at once', {
  timeout: 500_000,
}, async () => {
  const film = await order();
  process.kill(await makerOf(film), 'SIGKILL');
  const maker = await makerOf(film);
  await killServer(server);
  // Nobody is left to make it for.
  await expect.poll(async () => (await processesOf('film-child')).includes(maker), MAKING).toBe(false);
  const { cookie } = owner;
  server = await startServer({ FREE_POINTS: '1000', DATA_DIR: server.dataDir });
  owner = new ConsoleVisitor(server.url);
  owner.cookie = cookie;
  await expect.poll(async () => (await filmOf(film)).state, MAKING).toBe('done');
  const { videoUrl, seconds, points } = await filmOf(film);
  expect((await fetch(videoUrl)).status).toBe(200);
  const { items } = (await owner.get(`/projects/${projectId}/ledger`)).body;
  const paid = items.filter(({ sourceId }: { sourceId: string }) => sourceId === film);
  expect(paid.map((entry: { points: number }) => entry.points)).toEqual([-points]);
  expect(points).toBeCloseTo((Math.ceil(seconds) * 10) / 60, 2);

  const cancelled = await order();
  await makerOf(cancelled);
  expect((await owner.post(`${path()}/${cancelled}/cancel`, {})).body.state).toBe('cancelled');
  await expect.poll(() => makers(), MAKING).toEqual([]);
});

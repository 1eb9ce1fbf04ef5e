import { afterAll, beforeAll, expect, test } from 'vitest';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { type FilmStanding, generate } from '../../packages/sdk/src/films.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const SECONDS = 0.6;
const HUM = wavFile(
  [Int16Array.from({ length: 24_000 * SECONDS }, (_unused, index) => 9000 * Math.sin(index / 20))],
  24_000,
);

let server: TestServer;
let license = '';

beforeAll(async () => {
  server = await startServer();
  const owner = new ConsoleVisitor(server.url);
  await owner.register('films@example.org');
  const { projectId } = (await owner.post('/projects', { name: 'Cinema' })).body;
  license = (await owner.post(`/projects/${projectId}/keys`, { name: 'Films' })).body.key;
});
afterAll(() => server?.stop());

test('the SDK orders a film from a file of its own, tells how far it is, and gives its link', async () => {
  const steps: FilmStanding[] = [];
  const film = await generate(
    { avatar: 'navtalk.Iris', audio: new Blob([HUM]) },
    { server: server.url, license, onProgress: (standing) => steps.push(standing) },
  );
  expect(film).toMatchObject({ seconds: expect.closeTo(SECONDS, 1), widthPx: 512, heightPx: 512 });
  expect(steps.at(-1)).toMatchObject({ state: 'done', progress: 1, generationId: film.generationId });
  const bytes = Buffer.from(await (await fetch(film.videoUrl)).arrayBuffer());
  expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
});

test('what is wrong with an order is said in words', async () => {
  const options = { server: server.url, license };
  await expect(generate({ avatar: 'navtalk.Iris' }, options)).rejects.toThrow(/Give what is said/);
  await expect(
    generate({ avatar: 'navtalk.Iris', audio: new Blob(['no sound at all']) }, options),
  ).rejects.toMatchObject({ name: 'FilmError', message: expect.stringMatching(/\.$/) });
});

test('who stops waiting stops the film on the server', async () => {
  const waiting = new AbortController();
  let generationId = '';
  const onProgress = (standing: FilmStanding): void => {
    generationId = standing.generationId;
    waiting.abort(new Error('enough'));
  };
  const order = { avatar: 'navtalk.Iris', text: 'This is a long sentence that nobody waits for. '.repeat(20) };
  const film = generate(order, { server: server.url, license, onProgress, signal: waiting.signal });
  await expect(film).rejects.toThrow('enough');
  const headers = { authorization: `Bearer ${license}` };
  const response = await fetch(`${server.url}/api/v1/generations/${generationId}`, { headers });
  expect(await response.json()).toMatchObject({ state: 'cancelled' });
});

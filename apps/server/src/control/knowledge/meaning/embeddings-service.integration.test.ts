import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddingsMode, ScriptedEmbeddingsServer } from '../testing/scripted-embeddings-server.ts';
import { createEmbeddingsService } from './embeddings-service.ts';

let server: ScriptedEmbeddingsServer;
beforeAll(async () => {
  server = await ScriptedEmbeddingsServer.start();
});
afterAll(() => server.close());

const never = new AbortController().signal;
const serviceAt = (url: string) => createEmbeddingsService({ url, model: 'bge-m3', apiKey: () => 'secret' });

test('texts become vectors of a byte for each dimension, in their order, by one request with the key', async () => {
  server.mode = 'ok';
  const vectors = await serviceAt(`${server.url}/`).embed(['Breakfast at seven.', 'My dog.'], never);
  expect(vectors.map((vector) => [...vector])).toEqual([
    [1, 127, 1, 1],
    [127, 1, 1, 1],
  ]);
  expect(server.asked.at(-1)).toMatchObject({ path: '/v1/embeddings', key: 'Bearer secret', model: 'bge-m3' });
});

test.for<[EmbeddingsMode, RegExp]>([
  ['another size', /other vectors than were asked for/],
  ['fewer', /other vectors than were asked for/],
  ['no numbers', /something else than vectors/],
  ['endless', /something else than vectors/],
  ['huge', /far too long/],
  ['refused', /status 503/],
])('an answer that is %s is refused', async ([mode, sentence]) => {
  server.mode = mode;
  await expect(serviceAt(server.url).embed(['One dog.', 'Two dogs.'], never)).rejects.toThrow(sentence);
});

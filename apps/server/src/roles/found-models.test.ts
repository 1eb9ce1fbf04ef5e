import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findLanguageModels } from './found-models.ts';

async function place(answer: RequestListener, name = 'Ollama'): Promise<{ name: string; url: string }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const models =
  (...ids: readonly string[]): RequestListener =>
  (_request, response) =>
    void response.end(JSON.stringify({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) }));

test('programs on this machine are found with a model that talks', async () => {
  const ollama = await place(models('nomic-embed-text:latest', 'qwen3:4b'));
  const studio = await place(models("o'neil model"), 'LM Studio');
  expect(await findLanguageModels([ollama, studio])).toEqual([
    { name: 'Ollama', model: 'qwen3:4b', url: ollama.url, settings: `LLM_URL=${ollama.url} LLM_MODEL=qwen3:4b` },
    {
      name: 'LM Studio',
      model: "o'neil model",
      url: studio.url,
      settings: `LLM_URL=${studio.url} LLM_MODEL='o'\\''neil model'`,
    },
  ]);
});

test('whoever else listens there, or nobody, is no model', async () => {
  const others = await Promise.all([
    place((_request, response) => void response.writeHead(404).end('no')),
    place((_request, response) => void response.end('<html>')),
    place((_request, response) => void response.end('{"data":[]}')),
    place(models('bge-small-en')),
    place((_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
    place(() => {}),
    place((_request, response) => {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
      more();
    }),
  ]);
  const nobody = { name: 'Ollama', url: 'http://127.0.0.1:1/v1' };
  expect(await findLanguageModels([...others, nobody])).toEqual([]);
});

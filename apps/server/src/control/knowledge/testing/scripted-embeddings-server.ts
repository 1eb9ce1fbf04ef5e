import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export type EmbeddingsMode =
  | 'ok'
  | 'another size'
  | 'fewer'
  | 'no numbers'
  | 'endless'
  | 'huge'
  | 'refused'
  | 'picky'
  | 'longer'
  | 'silent';

/** Words that mean the same share a dimension. */
const CONCEPTS = [
  ['dog', 'pet', 'puppy', 'animal'],
  ['breakfast', 'meal', 'eat', 'hungry'],
  ['sauna', 'steam', 'sweat'],
  ['garage', 'park', 'car', 'vehicle'],
];

/** OpenAI's embeddings (https://developers.openai.com/api/reference/resources/embeddings, read on 2026-11-30) on loopback. */
export class ScriptedEmbeddingsServer {
  readonly #server = createServer((request, response) => {
    void (async () => {
      const { input, model } = (await json(request)) as { input: readonly string[]; model: string };
      this.asked.push({ path: request.url ?? '', key: request.headers.authorization, model, input });
      const { mode } = this;
      if (mode === 'silent') return;
      if (mode === 'refused') return void response.writeHead(503).end('{}');
      // As servers answer to a text that is too long for their model.
      if (mode === 'picky' && input.some((text) => text.includes('too long'))) {
        return void response.writeHead(400).end('{}');
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      if (mode === 'huge') {
        const more = (): void => {
          while (!response.destroyed && response.write('1'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
        return;
      }
      const data = input.map((text, index) => ({ object: 'embedding', index, embedding: this.#vectorOf(text, index) }));
      if (mode === 'fewer') data.pop();
      const body = JSON.stringify({ object: 'list', data, model, usage: { prompt_tokens: 1, total_tokens: 1 } });
      response.end(mode === 'endless' ? body.replaceAll('0.01', '1e999') : body);
    })();
  });
  readonly asked: { path: string; key: string | undefined; model: string; input: readonly string[] }[] = [];
  mode: EmbeddingsMode = 'ok';

  static async start(): Promise<ScriptedEmbeddingsServer> {
    const started = new ScriptedEmbeddingsServer();
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #vectorOf(text: string, index: number): readonly unknown[] {
    const plain = text.toLowerCase();
    const vector = CONCEPTS.map((words) => (words.some((word) => plain.includes(word)) ? 1 : 0.01));
    if (this.mode === 'no numbers') return vector.map(() => null);
    if (this.mode === 'longer') return [...vector, 1];
    return this.mode === 'another size' && index > 0 ? [...vector, 1] : vector;
  }
}

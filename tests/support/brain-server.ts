import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { BrainMessage } from '../../packages/media/src/core/machine-brain.ts';
import { LlamaBrain } from '../../packages/media/src/inference/llama-brain.ts';

// A program: OpenAI's chat completions before a language model of this machine. `node brain-server.ts MODEL RUNTIME` prints its base URL.

/** About two sentences: the smallest models know no end. */
const MAX_TOKENS = 40;

type Asked = {
  readonly model: string;
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
};

const [modelPath = '', runtimePath = ''] = process.argv.slice(2);
const brain = await LlamaBrain.open({ name: 'served', modelPath, runtimePath });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, messages } = (await json(request)) as Asked;
  const leaving = new AbortController();
  response.on('close', () => leaving.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish: string | null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model, choices })}\n\n`,
    );
  };
  const said = messages.map(({ role, content }): BrainMessage => ({ role, text: content }));
  await brain.think(
    { messages: said, tools: [], maxTokens: MAX_TOKENS },
    {
      signal: leaving.signal,
      onReading() {},
      onPart: (part) => part.kind === 'words' && chunk({ content: part.text }, null),
    },
  );
  chunk({}, 'stop');
  response.end('data: [DONE]\n\n');
}

const server = createServer((request, response) => {
  // Whoever asked has gone, or finds the answer broken off.
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
process.on('SIGTERM', () => process.exit(0));
// Whoever started it has gone.
process.on('disconnect', () => process.exit(0));

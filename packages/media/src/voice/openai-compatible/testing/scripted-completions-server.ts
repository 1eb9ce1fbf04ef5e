import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { LoopbackService } from '../../shared/testing/loopback-service.ts';

/** What a request for a completion says, as far as tests look at it. */
export type CompletionRequest = {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly { readonly role: string; readonly content?: unknown; readonly [key: string]: unknown }[];
  readonly tools?: readonly unknown[];
  readonly stream_options?: { readonly include_usage?: boolean };
};

/** One step of an answer. */
type CompletionStep =
  | string
  | { readonly call: { readonly id: string; readonly name: string; readonly arguments: string } }
  | { readonly waitFor: Promise<unknown> };

export type CompletionAnswer =
  | readonly CompletionStep[]
  | { readonly status: number; readonly message: string }
  /** The connection ends in mid-answer. */
  | 'drop';

/**
 * A server on loopback that streams chat completions in the chunks of OpenAI's API
 * (https://developers.openai.com/api/reference/resources/chat, read on 2026-11-30), which Ollama, llama.cpp and others speak, too.
 */
export class ScriptedCompletionsServer extends LoopbackService {
  readonly requests: CompletionRequest[] = [];
  readonly keys: (string | undefined)[] = [];
  /** Requests whose asker has gone before the answer was whole. */
  goneCount = 0;
  answer: (request: CompletionRequest) => CompletionAnswer = () => ['I see.'];

  static async start(): Promise<ScriptedCompletionsServer> {
    const server = new ScriptedCompletionsServer();
    await server.listen((request, response) => void server.#handle(request, response));
    return server;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = JSON.parse(await readText(request)) as CompletionRequest;
    this.requests.push(asked);
    this.keys.push(request.headers.authorization);
    response.on('close', () => {
      if (!response.writableFinished) this.goneCount += 1;
    });
    const answer = this.answer(asked);
    if (answer === 'drop') return void request.socket.destroy();
    if ('status' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: answer.message, type: 'invalid_request_error' } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = (delta: object, finish: string | null = null): void => {
      const choices = [{ index: 0, delta, finish_reason: finish }];
      const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_764_000_000, model: asked.model };
      if (!response.destroyed) response.write(`data: ${JSON.stringify({ ...head, choices })}\n\n`);
    };
    chunk({ role: 'assistant', content: '' });
    let calls = 0;
    for (const step of answer) {
      if (typeof step === 'string') chunk({ content: step });
      else if ('waitFor' in step) await step.waitFor;
      else {
        const { id, name, arguments: argumentsJson } = step.call;
        const index = calls;
        calls += 1;
        chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
        for (const part of argumentsJson.match(/.{1,5}/gs) ?? []) {
          chunk({ tool_calls: [{ index, function: { arguments: part } }] });
        }
      }
    }
    chunk({}, calls > 0 ? 'tool_calls' : 'stop');
    if (asked.stream_options?.include_usage === true) tellUsage(response, asked);
    response.end('data: [DONE]\n\n');
  }
}

/** In a chunk of its own without choices, as the last one, where the request wants it. */
function tellUsage(response: ServerResponse, { model }: CompletionRequest): void {
  const usage = {
    prompt_tokens: 40,
    completion_tokens: 6,
    total_tokens: 46,
    prompt_tokens_details: { cached_tokens: 16 },
  };
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_764_000_000, model };
  if (!response.destroyed) response.write(`data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`);
}

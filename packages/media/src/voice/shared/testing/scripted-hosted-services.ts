import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import { LoopbackService } from './loopback-service.ts';

export type Refusal = { readonly status: number; readonly message: string } | 'drop' | 'never' | null;

type Asked = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** Milliseconds of sound for each character. */
const CHARACTER_MS = 10;
const SAMPLES_PER_MS = 24;

/**
 * Services that speak, listen and think, on loopback, with their published shapes as of 2026-11-30: ElevenLabs' and Cartesia's from their
 * SDKs (2.73.0 and 4.2.0), Azure's from https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech, Deepgram's from
 * its SDK 5.13.0, Anthropic's from https://docs.claude.com/en/api/messages-streaming, Gemini's from
 * https://ai.google.dev/api/generate-content, Mistral's from https://docs.mistral.ai/api.
 */
export class ScriptedHostedServices extends LoopbackService {
  readonly asked: Asked[] = [];
  /** Bytes of sound in each connection that listened. */
  readonly listened: number[] = [];
  readonly listeningAddresses: string[] = [];
  transcript = 'What is your name?';
  answer: readonly string[] = ['I am **Ada**, your guide. ', 'What would you like to know?'];
  call: { readonly name: string; readonly input: object } | null = null;
  refusal: Refusal = null;
  /** What `/endless` answers: a refusal that goes on as fast as it is read, or now and then a word. */
  endless: 'complaint' | 'trickle' = 'trickle';
  /** What a turn's end is answered with. */
  ending: 'words' | 'never' | 'drop' = 'words';
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<ScriptedHostedServices> {
    const services = new ScriptedHostedServices();
    await services.listen((request, response) => void services.#handle(request, response));
    services.onUpgrade((request, socket, head) => {
      const { refusal } = services;
      if (refusal === 'never') return;
      if (refusal === 'drop') return void socket.destroy();
      if (refusal !== null) {
        socket.end(`HTTP/1.1 ${refusal.status} ${refusal.message}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      services.asked.push({ path: request.url ?? '', headers: request.headers, body: '' });
      services.#sockets.handleUpgrade(request, socket, head, (connection) => services.#listenTo(connection));
    });
    return services;
  }

  override async close(): Promise<void> {
    for (const connection of this.#sockets.clients) connection.terminate();
    await super.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request);
    const path = request.url ?? '';
    this.asked.push({ path, headers: request.headers, body });
    const { refusal } = this;
    if (refusal === 'never') return;
    if (refusal === 'drop') return void request.socket.destroy();
    if (refusal !== null) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ error: { message: refusal.message } }));
    }
    if (path === '/endless') return this.#goOn(response);
    if (path.includes('/text-to-speech/')) speakByLines(JSON.parse(body).text, response);
    else if (path === '/tts/sse') speakByEvents(JSON.parse(body).transcript, response);
    else if (path === '/cognitiveservices/v1')
      response.end(soundOf(/<voice[^>]*>(.*)<\/voice>/s.exec(body)?.[1] ?? ''));
    else if (path === '/v1/messages') this.#thinkAsClaude(response);
    else if (path.includes(':streamGenerateContent')) this.#thinkAsGemini(response);
    else if (path === '/v1/chat/completions') this.#thinkAsMistral(response);
    else response.writeHead(404).end();
  }

  #goOn(response: ServerResponse): void {
    if (this.endless === 'trickle') {
      response.writeHead(200);
      response.write('word ');
      return;
    }
    response.writeHead(500);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  }

  #listenTo(connection: WebSocket): void {
    const place = this.listened.length;
    this.listened.push(0);
    const tell = (results: object): void =>
      connection.send(JSON.stringify({ type: 'Results', channel_index: [0, 1], ...results }));
    const words = (transcript: string) => ({
      channel: { alternatives: [{ transcript, confidence: 0.99, words: [] }] },
    });
    connection.send(JSON.stringify({ type: 'Metadata', request_id: 'r', channels: 1 }));
    let hasPaused = false;
    connection.on('message', (data, isBinary) => {
      if (isBinary) {
        const bytes = data as Buffer;
        this.listened[place] = (this.listened[place] ?? 0) + bytes.length;
        const isSilence = bytes.every((byte) => byte === 0);
        const { transcript } = this;
        if (!isSilence)
          tell({ ...words(transcript.split(' ').slice(0, 2).join(' ')), is_final: false, speech_final: false });
        else if (!hasPaused && this.listened[place] > bytes.length) {
          hasPaused = true;
          tell({ ...words(transcript), is_final: true, speech_final: true });
        }
        return;
      }
      const { type } = JSON.parse(data.toString());
      if (this.ending === 'drop') return connection.terminate();
      if (this.ending === 'never') return;
      connection.send('{"type":"SpeechStarted"}');
      const isUnsaid = hasPaused || (this.listened[place] ?? 0) === 0;
      // What has been said already is no reason for an answer.
      if (type === 'Finalize' && !isUnsaid) {
        tell({ ...words(this.transcript), is_final: true, speech_final: true, from_finalize: true });
      }
      if (type === 'CloseStream') connection.close(1000);
    });
  }

  #thinkAsClaude(response: ServerResponse): void {
    const send = eventsOf(response);
    const event = (type: string, fields: object): void => send({ type, ...fields }, type);
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
    };
    event('message_start', { message: { ...message, usage: { input_tokens: 9, output_tokens: 1 } } });
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    for (const text of this.answer) event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
    event('content_block_stop', { index: 0 });
    if (this.call !== null) {
      const block = { type: 'tool_use', id: 'toolu_1', name: this.call.name, input: {} };
      event('content_block_start', { index: 1, content_block: block });
      const partial = JSON.stringify(this.call.input);
      event('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: partial } });
      event('content_block_stop', { index: 1 });
    }
    const reason = this.call === null ? 'end_turn' : 'tool_use';
    event('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 12 } });
    event('message_stop', {});
    response.end();
  }

  #thinkAsGemini(response: ServerResponse): void {
    const send = eventsOf(response);
    const part = (content: object, rest: object = {}): void =>
      send({ candidates: [{ index: 0, content: { role: 'model', parts: [content] }, ...rest }] });
    for (const text of this.answer) part({ text });
    if (this.call !== null) part({ functionCall: { name: this.call.name, args: this.call.input } });
    part({ text: '' }, { finishReason: 'STOP' });
    send({ usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 12, totalTokenCount: 21 } });
    response.end();
  }

  #thinkAsMistral(response: ServerResponse): void {
    const send = eventsOf(response);
    const chunk = (delta: object, finish: string | null = null, rest: object = {}): void => {
      const choices = [{ index: 0, delta, finish_reason: finish }];
      send({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...rest });
    };
    chunk({ role: 'assistant', content: '' });
    for (const content of this.answer) chunk({ content });
    const call = this.call;
    if (call !== null) {
      const called = { name: call.name, arguments: JSON.stringify(call.input) };
      chunk({ content: '', tool_calls: [{ id: 'call_1', index: 0, function: called }] });
    }
    const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
    chunk({ content: '' }, call === null ? 'stop' : 'tool_calls', { usage });
    response.end('data: [DONE]\n\n');
  }
}

function eventsOf(response: ServerResponse): (data: object, name?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (data, name) => {
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
  };
}

/** A line of JSON for each ten characters, each in two parts. */
function speakByLines(text: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 10) {
    const said = characters.slice(at, at + 10);
    const times = said.map((_, index) => ((at + index) * CHARACTER_MS) / 1000);
    const line = JSON.stringify({
      audio_base64: soundOf(said.join('')).toString('base64'),
      alignment: { characters: said, character_start_times_seconds: times, character_end_times_seconds: times },
    });
    response.write(line.slice(0, 30));
    response.write(`${line.slice(30)}\n`);
  }
  response.end();
}

function speakByEvents(text: string, response: ServerResponse): void {
  const send = eventsOf(response);
  const words = text.split(' ');
  let at = 0;
  const start = words.map((word) => {
    const startS = (at * CHARACTER_MS) / 1000;
    at += word.length + 1;
    return startS;
  });
  const sound = soundOf(text);
  const chunk = (data: Buffer): void =>
    send({ type: 'chunk', data: data.toString('base64'), done: false, status_code: 206, step_time: 1 }, 'chunk');
  send(
    { type: 'timestamps', word_timestamps: { words, start, end: start }, done: false, status_code: 206 },
    'timestamps',
  );
  // In parts that end within samples.
  for (let from = 0; from < sound.length; from += 4801) chunk(sound.subarray(from, from + 4801));
  send({ type: 'done', done: true, status_code: 200 }, 'done');
  response.end();
}

function soundOf(text: string): Buffer {
  const sound = Buffer.alloc([...text].length * CHARACTER_MS * SAMPLES_PER_MS * 2);
  for (let at = 0; at < sound.length; at += 2) sound.writeInt16LE(Math.round(8000 * Math.sin(at / 20)), at);
  return sound;
}

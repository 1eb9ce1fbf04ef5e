import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopbackService } from '../../shared/testing/loopback-service.ts';

export type SoundAnswer = { readonly status: number; readonly message: string } | 'drop' | 'never' | null;

/**
 * A server on loopback with OpenAI's transcriptions and speech
 * (https://developers.openai.com/api/reference/resources/audio, read on 2026-11-30).
 */
export class ScriptedSoundServer extends LoopbackService {
  /** Samples of each sound that was to be written down, at 24 kHz. */
  readonly heard: number[] = [];
  readonly spoken: { readonly input: string; readonly voice: string; readonly model: string }[] = [];
  readonly keys: (string | undefined)[] = [];
  /** The language that was to be expected in each of them; null: none was named. */
  readonly hints: (string | null)[] = [];
  transcript = 'What is your name?';
  /** Told with the words, by its name in English; empty: it is not told. */
  language = '';
  /** Of speech: half a second for each text; ends in mid-sample, as parts of bodies do. */
  soundBytes = 24_001;
  /** What it says to every text, PCM16 with 24 kHz; null: a tone. */
  speech: Buffer | null = null;
  /** Between two parts of a sound. */
  pauseMs = 0;
  /** Called before the first part of a sound. */
  beforeSpeech: () => Promise<void> = async () => {};
  /** Called before a sound is written down. */
  beforeTranscript: () => Promise<void> = async () => {};
  /** In place of an answer. */
  refusal: SoundAnswer = null;

  static async start(): Promise<ScriptedSoundServer> {
    const server = new ScriptedSoundServer();
    await server.listen((request, response) => void server.#handle(request, response));
    return server;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.keys.push(request.headers.authorization);
    const { refusal } = this;
    if (refusal === 'never') return;
    if (refusal === 'drop') return void request.socket.destroy();
    if (refusal !== null) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: refusal.message } }));
      return;
    }
    if (request.url === '/v1/audio/transcriptions') await this.#transcribe(request, body, response);
    else await this.#speak(JSON.parse(body.toString()), response);
  }

  async #transcribe(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const file = form.get('file');
    if (!(file instanceof Blob) || form.get('model') !== 'whisper-1') return void response.writeHead(400).end();
    this.heard.push((file.size - 44) / 2);
    const hint = form.get('language');
    this.hints.push(typeof hint === 'string' ? hint : null);
    const { transcript, language } = this;
    await this.beforeTranscript();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ text: transcript, ...(language && { language }), usage: { type: 'duration', seconds: 2 } }),
    );
  }

  async #speak(
    asked: { input: string; voice: string; model: string; response_format: string },
    response: ServerResponse,
  ): Promise<void> {
    if (asked.response_format !== 'pcm') return void response.writeHead(400).end();
    this.spoken.push(asked);
    const sound = this.speech ?? toneOf(this.soundBytes);
    await this.beforeSpeech();
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    // In parts that end within samples.
    for (let at = 0; at < sound.length; at += 4801) {
      response.write(sound.subarray(at, at + 4801));
      if (this.pauseMs > 0) await sleep(this.pauseMs);
    }
    response.end();
  }
}

function toneOf(bytes: number): Buffer {
  const sound = Buffer.alloc(bytes);
  for (let at = 0; at + 1 < sound.length; at += 2) sound.writeInt16LE(Math.round(8000 * Math.sin(at / 20)), at);
  return sound;
}

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import type { Clock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { Logger } from '../../core/logger.ts';
import { serviceFailure } from '../cascade/cascade-failure.ts';
import type { HeardTurn, Listening, Recogniser } from '../cascade/recogniser.ts';
import { hintOf, tagOfLanguage } from '../languages.ts';
import { baseOf } from '../shared/ask-service.ts';
import type { ServiceNetwork } from '../shared/service-network.ts';

export type StreamingRecogniserOptions = {
  /** Like `wss://api.deepgram.com`. */
  readonly url: string;
  readonly model: string;
  /** BCP 47 tag, or `multi`. */
  readonly language: string;
  readonly apiKey: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly network: ServiceNetwork;
  /** From the end of a turn to its words. */
  readonly patienceMs?: number;
};

/** Silence after which the words so far are told. */
const PAUSE_MS = 250;
const PATIENCE_MS = 5000;
const HANDSHAKE_LIMIT_MS = 10_000;
/** Sound of a turn beyond this is not listened to. */
const MAX_TURN_SAMPLES = 120 * WIRE_SAMPLE_RATE_HZ;
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_CHARACTERS = 20_000;

const resultsSchema = z.object({
  type: z.literal('Results'),
  is_final: z.boolean().default(false),
  speech_final: z.boolean().default(false),
  from_finalize: z.boolean().default(false),
  channel: z.object({
    alternatives: z
      .array(
        z.object({
          transcript: z.string().max(MAX_CHARACTERS),
          /** Of `multi`: what was spoken, most of it first. */
          languages: z.array(z.string().max(40)).max(20).nullish().catch(null),
        }),
      )
      .max(10),
  }),
});

/**
 * Ears that write down while one speaks, by Deepgram's stream (`/v1/listen`, a connection for each turn; messages as on
 * https://developers.deepgram.com/docs/finalize and in its SDK 5.13.0, read on 2026-11-30).
 */
export function streamingRecogniser(options: StreamingRecogniserOptions): Recogniser {
  return { listen: (listening) => new StreamedTurn(options, listening) };
}

class StreamedTurn implements HeardTurn {
  readonly shortPhrase = '';
  isLost = false;
  language: string | null = null;
  readonly #options: StreamingRecogniserOptions;
  readonly #listening: Listening;
  /** Null: it could not even be begun. */
  readonly #socket: WebSocket | null;
  /** Until the connection is there. */
  #waiting: Buffer[] = [];
  #samples = 0;
  /** What will not change any more, and the guess at what follows. */
  #final: string[] = [];
  #guess = '';
  #isFinishing = false;
  #isOver = false;
  readonly #done = deferred<void>();

  constructor(options: StreamingRecogniserOptions, listening: Listening) {
    this.#options = options;
    this.#listening = listening;
    this.#socket = this.#connect();
  }

  feed(pcm: Int16Array, _silenceMs: number): void {
    if (this.#isOver || this.#isFinishing || this.#samples >= MAX_TURN_SAMPLES) return;
    this.#samples += pcm.length;
    this.#send(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  }

  async finish(): Promise<string> {
    if (this.#isOver) return this.#words();
    this.#isFinishing = true;
    if (this.#socket?.readyState === WebSocket.OPEN) sayItIsOver(this.#socket);
    const { clock, patienceMs = PATIENCE_MS } = this.#options;
    const cancel = clock.schedule(patienceMs, () => this.#lose(`it has sent no words for ${patienceMs / 1000} s`));
    await this.#done.promise;
    cancel();
    this.#end();
    return this.#words();
  }

  discard(): void {
    this.#end();
  }

  #connect(): WebSocket | null {
    const { url, model, language, apiKey, network } = this.#options;
    const hint = language === 'multi' ? hintOf(this.#listening.language) : null;
    const query = new URLSearchParams({
      model,
      language,
      ...(hint === null ? {} : { language_hint: hint }),
      encoding: 'linear16',
      sample_rate: String(WIRE_SAMPLE_RATE_HZ),
      channels: '1',
      interim_results: 'true',
      punctuate: 'true',
      endpointing: String(PAUSE_MS),
    });
    let socket: WebSocket;
    try {
      socket = new WebSocket(`${baseOf(url)}/v1/listen?${query}`, {
        ...network.socketOptions(url),
        headers: { authorization: `Token ${apiKey}` },
        handshakeTimeout: HANDSHAKE_LIMIT_MS,
        maxPayload: MAX_MESSAGE_BYTES,
        perMessageDeflate: false,
        followRedirects: false,
      });
    } catch (error) {
      this.#lose(errorMessage(error));
      return null;
    }
    socket.on('open', () => this.#sendWaiting(socket));
    socket.on('message', (data) => this.#read(data.toString()));
    socket.on('unexpected-response', (_request, response: IncomingMessage) => this.#refuse(response));
    socket.on('error', (error) => this.#lose(errorMessage(error)));
    socket.on('close', (code) => {
      // Asked to, it closes after the last words.
      if (this.#isFinishing && code === NORMAL) this.#done.resolve();
      else this.#lose('it closed the connection');
    });
    return socket;
  }

  #send(bytes: Buffer): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes);
    else this.#waiting.push(Buffer.from(bytes));
  }

  #sendWaiting(socket: WebSocket): void {
    for (const bytes of this.#waiting) socket.send(bytes);
    this.#waiting = [];
    if (this.#isFinishing) sayItIsOver(socket);
  }

  #read(message: string): void {
    if (this.#isOver) return;
    // Messages of other kinds say nothing about words.
    const results = readResults(message);
    if (results === null) return;
    const [best] = results.channel.alternatives;
    const text = best?.transcript.trim() ?? '';
    if (text !== '' && best?.languages?.[0] !== undefined) this.language = tagOfLanguage(best.languages[0]);
    if (results.is_final) {
      if (text !== '') this.#final.push(text);
      this.#guess = '';
    } else this.#guess = text;
    if (results.from_finalize) this.#done.resolve();
    else if (results.speech_final && !this.#isFinishing && this.#words() !== '') this.#listening.onWords(this.#words());
  }

  #words(): string {
    return [...this.#final, this.#guess].filter(Boolean).join(' ').slice(0, MAX_CHARACTERS);
  }

  #refuse(response: IncomingMessage): void {
    const words = { what: 'transcription', place: new URL(this.#options.url).host, settings: null };
    this.#lose(serviceFailure(words, response.statusMessage ?? '', response.statusCode, undefined).message);
    response.resume();
    this.#socket?.terminate();
  }

  /** Once: later reasons follow from the first. Words that will not change any more are not lost. */
  #lose(reason: string): void {
    if (this.#isOver || this.isLost) return;
    this.isLost = this.#guess !== '' || this.#final.length === 0;
    this.#options.logger.warn({ reason }, 'A turn of the user could not be written down.');
    this.#done.resolve();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Sound that waited for a connection was not listened to.
    const waiting = this.#waiting.reduce((sum, { length }) => sum + length / 2, 0);
    this.#listening.count({ seconds: (this.#samples - waiting) / WIRE_SAMPLE_RATE_HZ });
    this.#waiting = [];
    this.#done.resolve();
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN) socket.close(NORMAL);
    else socket?.terminate();
  }
}

/** Close code of an end that was asked for (RFC 6455, 7.4.1). */
const NORMAL = 1000;

/** `Finalize` brings the last words soonest; it is not answered where there are none left, and then the end of the stream tells that. */
function sayItIsOver(socket: WebSocket): void {
  socket.send(JSON.stringify({ type: 'Finalize' }));
  socket.send(JSON.stringify({ type: 'CloseStream' }));
}

function readResults(message: string): z.output<typeof resultsSchema> | null {
  try {
    return resultsSchema.parse(JSON.parse(message));
  } catch {
    return null;
  }
}

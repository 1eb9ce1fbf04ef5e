import type { FilmState, FilmSyncMode } from '@visavis/protocol';

/** Where a picture or a sound is: an address that the server can reach, or a file, which is sent to it first. */
export type FilmSource = string | Blob;

/** One picture (`video`, `image` or `avatar`) and one sound (`audio` or `text`). */
export type FilmOrder = {
  /** A clip: mouth and jaw are drawn anew in every picture, all else stays. */
  readonly video?: FilmSource;
  /** A photo of one person. */
  readonly image?: FilmSource;
  /** Id or name of an avatar, as `navtalk.Leo`. */
  readonly avatar?: string;
  /** Sound, or a film with sound. */
  readonly audio?: FilmSource;
  /** What a voice of the server says. */
  readonly text?: string;
  /** Of the text. Left out: the avatar's. */
  readonly voice?: string;
  /** Of the text, as `en` or `pt-BR`. Left out: found out. */
  readonly language?: string;
  /** Where clip and sound differ in length. Left out: `loop`. */
  readonly syncMode?: FilmSyncMode;
  /** A place on the face that speaks, in pixels of the clip's first picture. Left out: the largest face. */
  readonly speaker?: { readonly x: number; readonly y: number };
};

export type FilmOptions = {
  /** As `https://avatars.example.com`. */
  readonly server: string;
  /** A licence key; browser tokens order no films. Where people can read it, it is everybody's: order on a server of yours. */
  readonly license: string;
  /** The same order under the same key is the same film, however often it is sent. Left out: each call is a film of its own. */
  readonly idempotencyKey?: string;
  /** Told of every step: about once a second while the film is made. */
  readonly onProgress?: (standing: FilmStanding) => void;
  /** Stops the film on the server, too. */
  readonly signal?: AbortSignal;
};

/** How far a film is. */
export type FilmStanding = {
  readonly generationId: string;
  readonly state: FilmState;
  /** 0 to 1. */
  readonly progress: number;
  /** What is being done, in English; empty: nothing. */
  readonly step: string;
  /** Films that are made before it, and itself; 0: it does not wait. */
  readonly queuePosition: number;
  /** Null: not known as yet. */
  readonly secondsLeft: number | null;
};

export type Film = {
  readonly generationId: string;
  /** An MP4, good for six hours; `GET /api/v1/generations/{generationId}` gives a new one for 30 days. */
  readonly videoUrl: string;
  /** Of film. */
  readonly seconds: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** What it cost. */
  readonly points: number;
};

/** The server's word for what is wrong, in `code`, and its sentence, which says what to do. */
export class FilmError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'FilmError';
    this.code = code;
  }
}

type Answer = FilmStanding & Film & { readonly failure: { readonly code: string; readonly message: string } | null };

const POLL_MS = 1000;
/** A server that cannot be reached is asked again for so long: the film is made all the same. */
const PATIENCE_MS = 60_000;

/**
 * Orders a film and waits for it, in Node and in browsers.
 *
 * @throws FilmError when the order is refused, or no film comes of it; what `signal` was aborted with; TypeError when the server
 * cannot be reached.
 */
export async function generate(order: FilmOrder, options: FilmOptions): Promise<Film> {
  const server = new FilmServer(options);
  const [videoUrl, imageUrl, audioUrl] = await Promise.all(
    [order.video, order.image, order.audio].map((source) => server.place(source)),
  );
  const { avatar, text, voice, language, syncMode, speaker } = order;
  const body = { videoUrl, imageUrl, audioUrl, avatar, text, voice, language, syncMode, speaker };
  const idempotencyKey = options.idempotencyKey ?? crypto.randomUUID();
  const ordered = await server.ask<Answer>('POST', '/generations', body, { 'idempotency-key': idempotencyKey });
  try {
    return await follow(server, ordered, options);
  } catch (error) {
    if (options.signal?.aborted) await server.cancel(ordered.generationId);
    throw error;
  }
}

async function follow(server: FilmServer, ordered: Answer, { onProgress, signal }: FilmOptions): Promise<Film> {
  let film = ordered;
  while (film.state === 'waiting' || film.state === 'running') {
    onProgress?.(film);
    await pause(signal);
    film = await server.ask<Answer>('GET', `/generations/${film.generationId}`);
  }
  onProgress?.(film);
  if (film.failure !== null) throw new FilmError(film.failure.code, film.failure.message);
  if (film.state === 'cancelled') throw new FilmError('cancelled', 'The film was stopped before it was done.');
  const { generationId, videoUrl, seconds, widthPx, heightPx, points } = film;
  return { generationId, videoUrl, seconds, widthPx, heightPx, points };
}

/** The part of the REST interface that films need. */
class FilmServer {
  readonly #address: string;
  readonly #license: string;
  readonly #signal: AbortSignal | undefined;

  constructor({ server, license, signal }: FilmOptions) {
    this.#address = `${new URL(server).origin}/api/v1`;
    this.#license = license;
    this.#signal = signal;
  }

  /** The address of a source; a file is sent to a link of its own. */
  async place(source: FilmSource | undefined): Promise<string | undefined> {
    if (!(source instanceof Blob)) return source;
    const { url } = await this.ask<{ url: string }>('POST', '/uploads', { bytes: source.size });
    await answerOf(await fetch(url, { method: 'PUT', body: source, signal: this.#signal ?? null }));
    return url;
  }

  /** Asks again where the network or the server is at fault; an order has its idempotency key, so that it is one film. */
  async ask<Value>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Value> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (true) {
      const isLast = performance.now() >= deadlineMs;
      try {
        const response = await this.#send(method, path, body, headers);
        if (isLast || (response.status < 500 && response.status !== 429)) return await answerOf(response);
      } catch (error) {
        if (isLast || this.#signal?.aborted || !(error instanceof TypeError)) throw error;
      }
      await pause(this.#signal);
    }
  }

  /** Whoever stops waiting hears of that, not of a server that cannot be told. */
  async cancel(generationId: string): Promise<void> {
    const headers = { authorization: `Bearer ${this.#license}` };
    await fetch(`${this.#address}/generations/${generationId}/cancel`, { method: 'POST', headers }).catch(() => {});
  }

  #send(method: string, path: string, body: object | undefined, more: Record<string, string>): Promise<Response> {
    const headers: Record<string, string> = { ...more, authorization: `Bearer ${this.#license}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const sent = body === undefined ? null : JSON.stringify(body);
    return fetch(`${this.#address}${path}`, { method, headers, body: sent, signal: this.#signal ?? null });
  }
}

async function answerOf<Value>(response: Response): Promise<Value> {
  const text = await response.text();
  const answer = readJson(text);
  if (response.ok && answer !== null) return answer as Value;
  const { code = String(response.status), message = `The server answered ${response.status}.` } = answer?.error ?? {};
  throw new FilmError(code, message);
}

function readJson(text: string): { readonly error?: { readonly code?: string; readonly message?: string } } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abandon);
      resolve();
    }, POLL_MS);
    if (signal?.aborted) abandon();
    else signal?.addEventListener('abort', abandon, { once: true });
  });
}

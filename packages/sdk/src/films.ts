import type { FilmOutput, FilmSegment, FilmSpeaker, FilmState, FilmSyncMode } from '@visavis/protocol';

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
  /**
   * A place on the face that speaks, in pixels of the clip's picture at `timeMs` (the first one when left out), or `auto`: the face that
   * talks in the clip. Left out: the largest face.
   */
  readonly speaker?: FilmSpeaker;
  /**
   * The only stretches of the clip that speak, one part of the sound after the other; between them picture and sound stay. The film is
   * as long as the clip.
   */
  readonly segments?: readonly FilmSegment[];
  /** Size, format (`mp4` or `webm`) and quality of the film. Left out: the clip's size, `mp4`, `high`. */
  readonly output?: FilmOutput;
  /** How loud the sound of the clip is under the speech, 0 to 1. Left out: 0. */
  readonly originalVolume?: number;
  /** An address of a server of yours that gets one signed message when the film is done, has failed or was cancelled. */
  readonly callbackUrl?: string;
};

/** How long the film of an order would be, and what it would cost. */
export type FilmEstimate = {
  /** Of film. */
  readonly seconds: number;
  readonly points: number;
  /** False for a text, which has yet to be spoken. */
  readonly isExact: boolean;
  /** Of the project; null: nothing is charged. */
  readonly pointsLeft: number | null;
};

export type FilmOptions = {
  /** As `https://avatars.example.com`. */
  readonly server: string;
  /** A licence key; browser tokens order no films. Where people can read it, it is everybody's: order on a server of yours. */
  readonly license: string;
  /**
   * The same order under the same key is the same film, however often it is sent. For orders of addresses: a file of yours gets another
   * one each time. Left out: each call is a film of its own.
   */
  readonly idempotencyKey?: string;
  /**
   * Asked with the price before anything is ordered, once files are on the server; `false` orders nothing, and `generate` fails with the
   * code `declined`. Left out: nobody is asked.
   */
  readonly confirm?: (estimate: FilmEstimate) => boolean | Promise<boolean>;
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
  /** Films of everybody that wait since before it, and itself; 0: it does not wait. People take turns: it may be made sooner. */
  readonly queuePosition: number;
  /** Null: not known as yet. */
  readonly secondsLeft: number | null;
  /**
   * A small JPEG of the picture that was drawn last, new every few seconds, whose link is good for minutes: for an `<img>` that shows how
   * the film grows. Null: there is none.
   */
  readonly previewUrl: string | null;
};

export type Film = {
  readonly generationId: string;
  /** An MP4, or the WebM that was ordered, good for six hours; `GET /api/v1/generations/{generationId}` gives a new one for 30 days. */
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
/** An answer that takes longer does not come. */
const ANSWER_LIMIT_MS = 30_000;
/** The server fetches the files of an order for it. */
const ESTIMATE_LIMIT_MS = 90_000;
const CANCEL_LIMIT_MS = 5000;
const UPLOAD_TRIES = 3;

/**
 * Orders a film and waits for it, in Node and in browsers. Whoever stops waiting, by `signal` or by an error of `onProgress`, stops the
 * film on the server, too.
 *
 * @throws FilmError when the order is refused, or no film comes of it; what `signal` was aborted with; TypeError when the server
 * cannot be reached.
 */
export async function generate(order: FilmOrder, options: FilmOptions): Promise<Film> {
  const { signal, confirm, idempotencyKey = crypto.randomUUID() } = options;
  signal?.throwIfAborted();
  const server = new FilmServer(options);
  const body = await bodyOf(order, server, signal);
  if (confirm !== undefined && !(await confirm(await server.estimate(body, signal)))) {
    throw new FilmError('declined', 'The film was not ordered.');
  }
  signal?.throwIfAborted();
  // Without the signal: whether it is ordered must be known, so that it can be stopped.
  const ordered = await server.ask<Answer>('POST', '/generations', { body, idempotencyKey });
  try {
    return await follow(server, ordered, options);
  } catch (error) {
    if (!(error instanceof FilmError)) await server.cancel(ordered.generationId);
    throw error;
  }
}

/**
 * Tells how long the film of an order would be and what it would cost, and orders nothing. Files are sent for it; who then orders the film
 * sends them once with `confirm` of `generate`.
 *
 * @throws FilmError when the order would be refused, or one of its files cannot be used; else as `generate`.
 */
export async function estimate(
  order: FilmOrder,
  options: Pick<FilmOptions, 'server' | 'license' | 'signal'>,
): Promise<FilmEstimate> {
  const { signal } = options;
  signal?.throwIfAborted();
  const server = new FilmServer(options);
  return server.estimate(await bodyOf(order, server, signal), signal);
}

/** As the server takes it. */
async function bodyOf(order: FilmOrder, server: FilmServer, signal: AbortSignal | undefined): Promise<object> {
  const { video, image, audio, ...rest } = order;
  const [videoUrl, imageUrl, audioUrl] = await server.place([video, image, audio], signal);
  return { ...rest, videoUrl, imageUrl, audioUrl };
}

async function follow(server: FilmServer, ordered: Answer, { onProgress, signal }: FilmOptions): Promise<Film> {
  let film = ordered;
  while (film.state === 'waiting' || film.state === 'running') {
    onProgress?.(film);
    await pause(signal, POLL_MS);
    film = await server.ask<Answer>('GET', `/generations/${film.generationId}`, { signal });
  }
  onProgress?.(film);
  if (film.failure !== null) throw new FilmError(film.failure.code, film.failure.message);
  if (film.state === 'cancelled') throw new FilmError('cancelled', 'The film was stopped before it was done.');
  const { generationId, videoUrl, seconds, widthPx, heightPx, points } = film;
  return { generationId, videoUrl, seconds, widthPx, heightPx, points };
}

type Question = {
  readonly body?: object;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number;
};

/** The part of the REST interface that films need. */
class FilmServer {
  readonly #address: string;
  readonly #license: string;

  constructor({ server, license }: Pick<FilmOptions, 'server' | 'license'>) {
    this.#address = `${new URL(server).origin}/api/v1`;
    this.#license = license;
  }

  /** The addresses of sources; files are sent to links of their own. When one cannot be sent, none is. */
  async place(
    sources: readonly (FilmSource | undefined)[],
    given: AbortSignal | undefined,
  ): Promise<(string | undefined)[]> {
    const ended = new AbortController();
    const signal = given === undefined ? ended.signal : AbortSignal.any([given, ended.signal]);
    try {
      return await Promise.all(
        sources.map((source) => (source instanceof Blob ? this.#sendFile(source, signal) : source)),
      );
    } finally {
      ended.abort();
    }
  }

  /** Asks again where the network or the server is at fault; an order has its idempotency key, so that it is one film. */
  async ask<Value>(method: string, path: string, question: Question = {}): Promise<Value> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (true) {
      const isLast = performance.now() >= deadlineMs;
      let restMs = POLL_MS;
      try {
        const response = await this.#send(method, path, question);
        if (isLast || (response.status < 500 && response.status !== 429)) return await answerOf(response);
        restMs = restOf(response);
        await response.body?.cancel();
      } catch (error) {
        if (isLast || question.signal?.aborted || !isOfNetwork(error)) throw error;
      }
      await pause(question.signal, restMs);
    }
  }

  estimate(body: object, signal: AbortSignal | undefined): Promise<FilmEstimate> {
    return this.ask('POST', '/generations/estimate', { body, signal, limitMs: ESTIMATE_LIMIT_MS });
  }

  /** Whoever stops waiting hears of that, not of a server that cannot be told. */
  async cancel(generationId: string): Promise<void> {
    await this.#send('POST', `/generations/${generationId}/cancel`, { limitMs: CANCEL_LIMIT_MS }).catch(() => {});
  }

  async #sendFile(file: Blob, signal: AbortSignal): Promise<string> {
    const { url } = await this.ask<{ url: string }>('POST', '/uploads', { body: { bytes: file.size }, signal });
    for (let tries = 1; ; tries += 1) {
      try {
        await answerOf(await fetch(url, { method: 'PUT', body: file, signal }));
        return url;
      } catch (error) {
        if (tries === UPLOAD_TRIES || signal.aborted || !isOfNetwork(error)) throw error;
        await pause(signal, POLL_MS);
      }
    }
  }

  #send(method: string, path: string, question: Question): Promise<Response> {
    const { body, idempotencyKey, signal, limitMs = ANSWER_LIMIT_MS } = question;
    const headers: Record<string, string> = { authorization: `Bearer ${this.#license}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    const limit = AbortSignal.timeout(limitMs);
    return fetch(`${this.#address}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  }
}

/** The connection failed, or its answer took too long. */
function isOfNetwork(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
}

/** When a server that has too much to do wants to be asked again. */
function restOf(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return seconds > 0 ? Math.min(seconds * 1000, PATIENCE_MS / 2) : POLL_MS;
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

function pause(signal: AbortSignal | undefined, restMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abandon);
      resolve();
    }, restMs);
    if (signal?.aborted) abandon();
    else signal?.addEventListener('abort', abandon, { once: true });
  });
}

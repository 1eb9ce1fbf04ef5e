import { deferred } from '../../core/deferred.ts';
import { errorMessage } from '../../core/error-message.ts';
import { CascadeFailure, type ServiceWords, serviceFailure, tooSlow } from '../cascade/cascade-failure.ts';

/** A service that is asked over HTTP. */
export type Service = {
  /** Base URL. */
  readonly url: string;
  /** What each request says of whoever asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** The way to it; left out: any. */
  readonly fetch?: typeof globalThis.fetch;
};

/** The header that most services read a key from. */
export function bearer(apiKey: string | undefined): Readonly<Record<string, string>> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** Without the slash that people put behind it. */
export function baseOf(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

export type AskOptions = {
  readonly words: ServiceWords;
  readonly body: FormData | string;
  readonly signal: AbortSignal;
  /** Until it begins to answer. */
  readonly patienceMs: number;
};

const MAX_COMPLAINT_CHARACTERS = 300;

/**
 * Posts to a service; resolves once its answer begins. How long the answer takes is for whoever reads it to bound. Rejects with a
 * `CascadeFailure`, or as `signal` aborts.
 */
export async function askService(
  { url, headers, fetch = globalThis.fetch }: Service,
  path: string,
  options: AskOptions,
): Promise<Response> {
  const { words, body, signal, patienceMs } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patienceMs);
  let response: Response;
  try {
    response = await fetch(`${baseOf(url)}${path}`, {
      method: 'POST',
      signal: AbortSignal.any([signal, late.signal]),
      headers: {
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body,
    });
    if (response.ok) return response;
    throw serviceFailure(words, (await complaintOf(response)) || response.statusText, response.status, undefined);
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? tooSlow(words, patienceMs) : brokenAnswer(words, error);
  } finally {
    clearTimeout(timer);
  }
}

/** The parts of an answer, each of which comes within `patienceMs`. */
export async function* partsOf(
  response: Response,
  { words, patienceMs }: Pick<AskOptions, 'words' | 'patienceMs'>,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { promise: late, reject } = deferred<never>();
      const timer = setTimeout(() => reject(tooSlow(words, patienceMs)), patienceMs);
      const part = await Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
      if (part.done) return;
      yield part.value;
    }
  } finally {
    // Also when nobody reads on.
    await reader.cancel().catch(() => {});
  }
}

/** What breaks while an answer is read, as a failure. */
export function brokenAnswer(words: ServiceWords, error: unknown): CascadeFailure {
  return error instanceof CascadeFailure ? error : serviceFailure(words, reasonOf(error), undefined, error);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return errorMessage(cause).slice(0, MAX_COMPLAINT_CHARACTERS);
}

async function complaintOf(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined || text.length > 4000) break;
    text += part.value;
  }
  await reader?.cancel();
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.){0,300})"/.exec(text)?.[1] ?? text;
  return said.slice(0, MAX_COMPLAINT_CHARACTERS);
}

import type { SentenceValues } from '@visavis/protocol';
import type { ApiError, FieldProblem } from '@visavis/protocol/rest';

/** A refusal of the server, or none of its answers. `message` says what to do, in English: pages tell it by `useServerTexts`. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  /** Name of the sentence in the protocol's table; null: it is in none. */
  readonly reason: string | null;
  /** What stands in the places of that sentence. */
  readonly values: SentenceValues;
  readonly fields: readonly FieldProblem[];

  constructor(
    status: number,
    code: string,
    message: string,
    told: Omit<Partial<ApiError['error']>, 'code' | 'message'> = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.reason = told.reason ?? null;
    this.values = told.values ?? {};
    this.fields = told.fields ?? [];
  }

  /** Of an answer that is no success. */
  static from(status: number, answer: Partial<ApiError> | null): ApiProblem {
    if (answer?.error === undefined) return new ApiProblem(status, 'unknown', `The server answered ${status}.`);
    const { code, message, ...told } = answer.error;
    return new ApiProblem(status, code, message, told);
  }
}

export function noAnswer(): ApiProblem {
  return new ApiProblem(0, 'no-answer', 'The server does not answer. Check that it is running, then try again.');
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

type AskOptions = {
  /** Aborted, it ends the waiting. */
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks `/api/v1`; throws `ApiProblem`. `path` begins with a slash. */
export async function request<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  options: AskOptions = {},
): Promise<Answer> {
  const response = await send(method, path, body, options);
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  throw ApiProblem.from(response.status, answer as Partial<ApiError> | null);
}

/** As `request`, for answers that are files. */
export async function requestFile(method: Method, path: string, body?: unknown): Promise<Blob> {
  const response = await send(method, path, body);
  if (response.ok) {
    // Its beginning came, and the rest broke off.
    return response.blob().catch(() => {
      throw noAnswer();
    });
  }
  throw ApiProblem.from(response.status, (await response.json().catch(() => null)) as Partial<ApiError> | null);
}

/** The slowest answers take half a minute; a server that has fallen silent must not leave a page waiting for ever. */
const ANSWER_LIMIT_MS = 60_000;

function send(
  method: Method,
  path: string,
  body: unknown,
  { signal, headers = {} }: AskOptions = {},
): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ANSWER_LIMIT_MS);
  signal?.addEventListener('abort', () => limit.abort());
  return fetch(`/api/v1${path}`, {
    method,
    signal: limit.signal,
    headers: {
      accept: 'application/json',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
    .catch(() => {
      throw noAnswer();
    })
    .finally(() => clearTimeout(timer));
}

/** `?a=1&b=2` of the values that are set, or nothing. */
export function queryOf(values: Readonly<Record<string, string | number | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

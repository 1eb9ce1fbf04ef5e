import type { VoiceFailureCategory } from '../../core/voice-port.ts';
import { type ServiceError, serviceErrorSchema } from './wire-messages.ts';

export type VoiceFailure = {
  readonly category: VoiceFailureCategory;
  /** Whether trying again may help. */
  readonly retryable: boolean;
  /** A sentence for the user; names neither accounts nor keys. */
  readonly message: string;
  /** What the service said, for the log, without secrets. */
  readonly detail: string;
};

/** Why a talk could not be opened. */
export class VoiceOpenError extends Error {
  readonly category: VoiceFailureCategory;
  readonly retryable: boolean;

  constructor(failure: VoiceFailure) {
    super(failure.message);
    this.name = 'VoiceOpenError';
    this.category = failure.category;
    this.retryable = failure.retryable;
  }
}

const SENTENCES: Readonly<Record<VoiceFailureCategory, string>> = {
  authentication: 'The voice service refused the key. The operator of this server should check OPENAI_API_KEY.',
  quota: "The voice service's account has no credit left.",
  'rate-limit': 'The voice service takes no more requests at the moment. Please try again shortly.',
  connectivity: 'The voice service cannot be reached.',
  'invalid-request': 'The voice service did not accept a request',
  internal: 'The voice service had a fault of its own. Please try again.',
};
const RETRYABLE: ReadonlySet<VoiceFailureCategory> = new Set(['rate-limit', 'connectivity', 'internal']);

/** What a code or type of an error contains, the most telling first. */
const CATEGORY_SIGNS: readonly (readonly [RegExp, VoiceFailureCategory])[] = [
  [/insufficient_quota|billing|quota_exceeded|credit/, 'quota'],
  [/invalid_api_key|authentication|invalid_organization|permission|unauthori[sz]ed|forbidden/, 'authentication'],
  [/rate_limit|too_many_requests/, 'rate-limit'],
  [/server_error|internal|overloaded|unavailable|timeout/, 'internal'],
];

const MAX_DETAIL_CHARACTERS = 400;

/** Keys and account names as the service quotes them in its messages. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(sk|ek|org|proj|user)[-_][\w*.-]{4,}/g, '$1-…')
    .replaceAll(/Bearer\s+\S+/gi, 'Bearer …')
    .slice(0, MAX_DETAIL_CHARACTERS);
}

export function makeFailure(category: VoiceFailureCategory, detail: string, code = ''): VoiceFailure {
  const sentence = SENTENCES[category];
  return {
    category,
    retryable: RETRYABLE.has(category),
    message:
      category === 'invalid-request' ? `${sentence}${code === '' ? '' : ` (${withoutSecrets(code)})`}.` : sentence,
    detail: withoutSecrets(detail),
  };
}

/** What was asked of the service has no outcome, or one of no use; the talk goes on. */
export function makePassingFailure(message: string, detail: string): VoiceFailure {
  return { category: 'internal', retryable: true, message, detail: withoutSecrets(detail) };
}

/** An `error` message, or the error of a failed response. */
export function classifyError(error: ServiceError): VoiceFailure {
  const signs = `${error.code ?? ''} ${error.type ?? ''}`;
  const category = CATEGORY_SIGNS.find(([pattern]) => pattern.test(signs))?.[1] ?? 'invalid-request';
  // A service that refuses a key may quote it, whatever its form.
  const message = category === 'authentication' ? '' : `: ${error.message ?? ''}`;
  return makeFailure(category, `${signs.trim()}${message}`, error.code ?? error.type ?? '');
}

/** A refused WebSocket handshake. `body` may hold an error in JSON that says more than the status. */
export function classifyStatus(status: number, body: string): VoiceFailure {
  const error = readError(body);
  const said = error === null ? null : classifyError(error);
  const detail = `HTTP ${status} ${said?.detail ?? ''}`.trim();
  if (said !== null && said.category !== 'invalid-request') return makeFailure(said.category, detail);
  if (status === 401 || status === 403) return makeFailure('authentication', detail);
  if (status === 402) return makeFailure('quota', detail);
  if (status === 429) return makeFailure('rate-limit', detail);
  if (status >= 500) return makeFailure('connectivity', detail);
  return makeFailure('invalid-request', detail, error?.code ?? `HTTP ${status}`);
}

/** A connection that ended. OpenAI closes with 3000 and `type.code` as reason when it refuses to go on. */
export function classifyClose(code: number, reason: string): VoiceFailure {
  const category = CATEGORY_SIGNS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'connectivity';
  return makeFailure(category, `closed with ${code} ${reason}`.trim());
}

function readError(body: string): ServiceError | null {
  try {
    const parsed = JSON.parse(body) as { error?: unknown };
    return serviceErrorSchema.parse(parsed.error);
  } catch {
    return null;
  }
}

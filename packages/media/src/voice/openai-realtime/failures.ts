import type { VoiceFailureCategory } from '../../core/voice-port.ts';
import { makeFailure as makeServiceFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import { type ServiceError, serviceErrorSchema } from './wire-messages.ts';

const KEY_REFUSED = 'The voice service refused the key. The operator of this server should check OPENAI_API_KEY.';

/** What a code or type of an error contains, the most telling first. */
const CATEGORY_SIGNS: readonly (readonly [RegExp, VoiceFailureCategory])[] = [
  [/insufficient_quota|billing|quota_exceeded|credit/, 'quota'],
  [/invalid_api_key|authentication|invalid_organization|permission|unauthori[sz]ed|forbidden/, 'authentication'],
  [/rate_limit|too_many_requests/, 'rate-limit'],
  [/server_error|internal|overloaded|unavailable|timeout/, 'internal'],
];

function makeFailure(category: VoiceFailureCategory, detail: string, code = ''): VoiceFailure {
  return makeServiceFailure(category, detail, {
    code,
    sentence: category === 'authentication' ? KEY_REFUSED : undefined,
  });
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

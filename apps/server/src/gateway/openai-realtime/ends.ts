import { type ErrorCode, errorEntry } from '@visavis/protocol';
import type { CallEnd } from '../calls/call-settings.ts';

type End = { readonly type: string; readonly code: string; readonly closeCode: number };

const INVALID = 'invalid_request_error';
const SERVER = 'server_error';

/** How OpenAI's clients are told each entry of the error table: its types and codes are theirs, where they have one for it. */
const ENDS = {
  'missing-licence': { type: INVALID, code: 'missing_api_key', closeCode: 3000 },
  'invalid-licence': { type: INVALID, code: 'invalid_api_key', closeCode: 3000 },
  'expired-token': { type: INVALID, code: 'invalid_api_key', closeCode: 3000 },
  'origin-not-allowed': { type: INVALID, code: 'origin_not_allowed', closeCode: 3003 },
  'licence-reset': { type: INVALID, code: 'invalid_api_key', closeCode: 3000 },
  'missing-avatar': { type: INVALID, code: 'missing_model', closeCode: 4000 },
  'avatar-not-found': { type: INVALID, code: 'model_not_found', closeCode: 4004 },
  'avatar-unreadable': { type: SERVER, code: 'server_error', closeCode: 1011 },
  'voice-unavailable': { type: SERVER, code: 'server_error', closeCode: 1011 },
  'insufficient-balance': { type: 'insufficient_quota', code: 'insufficient_quota', closeCode: 4002 },
  'connection-limit': { type: 'rate_limit_error', code: 'rate_limit_exceeded', closeCode: 4029 },
  'daily-limit': { type: 'insufficient_quota', code: 'insufficient_quota', closeCode: 4002 },
  'no-capacity': { type: SERVER, code: 'server_overloaded', closeCode: 1013 },
  'backend-error': { type: SERVER, code: 'server_error', closeCode: 1011 },
  'worker-lost': { type: SERVER, code: 'server_error', closeCode: 1011 },
  'message-too-large': { type: INVALID, code: 'message_too_large', closeCode: 1009 },
  'too-many-messages': { type: 'rate_limit_error', code: 'rate_limit_exceeded', closeCode: 4029 },
  'too-much-data': { type: INVALID, code: 'too_much_data', closeCode: 1009 },
  'slow-client': { type: INVALID, code: 'slow_client', closeCode: 4008 },
  'server-closing': { type: SERVER, code: 'server_closing', closeCode: 1001 },
  'call-replaced': { type: INVALID, code: 'call_replaced', closeCode: 4009 },
  'call-time-limit': { type: INVALID, code: 'session_expired', closeCode: 1001 },
  'call-ended': { type: SERVER, code: 'session_ended', closeCode: 1000 },
} as const satisfies Readonly<Record<ErrorCode, End>>;

/** Sentences of the table that name what other clients write. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'missing-licence': 'No API key was given. Send a key of this server as a bearer; keys are made in the console.',
  'invalid-licence': 'The API key is unknown or has been revoked. Copy the key from the console again.',
  'missing-avatar': 'No avatar was named. Give the name or the id of an avatar as model; GET /v1/models lists them.',
  'avatar-not-found':
    'There is no such avatar. Give the name or the id of an avatar as model; GET /v1/models lists them.',
};

export type ErrorBody = {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
};

/** The reason of the close frame has at most 123 bytes. */
export function toEnd({ code, detail }: CallEnd): {
  readonly error: ErrorBody & { readonly event_id: null };
  readonly closeCode: number;
  readonly closeReason: string;
} {
  const { closeCode } = ENDS[code];
  const error = toError({ code, ...(detail === undefined ? {} : { detail }) });
  return { error: { ...error, event_id: null }, closeCode, closeReason: `${error.type}.${error.code}` };
}

/** The same as the body of an answer by HTTP. */
export function toError({ code, detail }: CallEnd): ErrorBody {
  const { type, code: name } = ENDS[code];
  const param = code === 'avatar-not-found' || code === 'missing-avatar' ? 'model' : null;
  return { type, code: name, message: detail ?? SENTENCES[code] ?? errorEntry(code).message, param };
}

import { filled, REFUSALS, type Refusal, type SentenceValues } from '@visavis/protocol';

/** What a caller of the control plane did wrong, as its interfaces answer it. */
const STATUS_BY_CODE = {
  'bad-request': 400,
  'not-logged-in': 401,
  'wrong-credentials': 401,
  forbidden: 403,
  'registration-closed': 403,
  'not-found': 404,
  'too-slow': 408,
  conflict: 409,
  'quota-reached': 409,
  'length-required': 411,
  'too-large': 413,
  'unsupported-type': 415,
  'unknown-host': 421,
  'too-many-attempts': 429,
  'not-available': 501,
  overloaded: 503,
  'disk-full': 507,
} as const;

export type ControlErrorCode = keyof typeof STATUS_BY_CODE;

/** What lets a page tell a refusal in its own words. */
type Told = {
  /** Name of the sentence in the protocol's table. */
  readonly reason: Refusal;
  readonly values?: SentenceValues | undefined;
  /** The field of the request that it is about. */
  readonly field?: string | undefined;
};

export class ControlError extends Error {
  readonly code: ControlErrorCode;
  readonly statusCode: number;
  /** The same request may succeed after this time. */
  readonly retryAfterSeconds: number | undefined;

  /** Null for what programs alone can do wrong: it is told in English, by its sentence. */
  readonly told: Told | null;

  /** `message`: one sentence for a person, saying what to do. For people in the console, see `refusal`. */
  constructor(code: ControlErrorCode, message: string, retryAfterSeconds?: number, told: Told | null = null) {
    super(message);
    this.name = 'ControlError';
    this.code = code;
    this.statusCode = STATUS_BY_CODE[code];
    this.retryAfterSeconds = retryAfterSeconds;
    this.told = told;
  }
}

type RefusalOptions = Omit<Told, 'reason'> & { readonly retryAfterSeconds?: number };

/** A refusal that people are told in their own language: its sentence stands in the protocol's table. */
export function refusal(code: ControlErrorCode, reason: Refusal, options: RefusalOptions = {}): ControlError {
  const { values, field, retryAfterSeconds } = options;
  return new ControlError(code, filled(REFUSALS[reason], values ?? {}), retryAfterSeconds, { reason, values, field });
}

export function notFound(what: string): ControlError {
  return refusal('not-found', 'not-found', { values: { what } });
}

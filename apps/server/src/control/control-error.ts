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

export class ControlError extends Error {
  readonly code: ControlErrorCode;
  readonly statusCode: number;
  /** The same request may succeed after this time. */
  readonly retryAfterSeconds: number | undefined;

  /** `message`: one sentence for a person, saying what to do. */
  constructor(code: ControlErrorCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'ControlError';
    this.code = code;
    this.statusCode = STATUS_BY_CODE[code];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function notFound(what: string): ControlError {
  return new ControlError('not-found', `There is no such ${what}, or it is not yours.`);
}

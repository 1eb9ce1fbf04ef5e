export type ErrorEntry = {
  readonly httpStatus: number;
  /** The server is what failed: the record of the talk says so. */
  readonly isFailure: boolean;
  /** The same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What happened and what to do about it. */
  readonly message: string;
};

/** Every way in which the server refuses or ends a call, in whatever protocol; each wire protocol has its own map of them. */
export const ERRORS = {
  'missing-licence': {
    httpStatus: 401,
    isFailure: false,
    retryable: false,
    message: 'No license key was given. Add ?license=YOUR_KEY to the address; keys are made in the console.',
  },
  'invalid-licence': {
    httpStatus: 401,
    isFailure: false,
    retryable: false,
    message: 'The license key is unknown or has been revoked. Copy the key from the console again.',
  },
  'expired-token': {
    httpStatus: 401,
    isFailure: false,
    retryable: false,
    message:
      'The permission of this page to call (its browser token) has run out or was withdrawn. Reload the page and call again; if that does not help, ask whoever runs the page, or sent the link, for a new one.',
  },
  'origin-not-allowed': {
    httpStatus: 403,
    isFailure: false,
    retryable: false,
    message: 'Pages of this site may not use this license key. Add the site to the allowed origins of the key.',
  },
  'licence-reset': {
    httpStatus: 401,
    isFailure: false,
    retryable: false,
    message: 'The license key of this call was reset or revoked. Copy the new key from the console, then call again.',
  },
  'missing-avatar': {
    httpStatus: 400,
    isFailure: false,
    retryable: false,
    message: 'No avatar was named. Add &avatarId=ID or &name=NAME to the address.',
  },
  'avatar-not-found': {
    httpStatus: 404,
    isFailure: false,
    retryable: false,
    message: 'This project has no such avatar. Check avatarId or name against the list of avatars in the console.',
  },
  'avatar-unreadable': {
    httpStatus: 500,
    isFailure: true,
    retryable: false,
    message: 'The files of this avatar cannot be read on the server. Make the avatar again, or choose another one.',
  },
  'voice-unavailable': {
    httpStatus: 502,
    isFailure: true,
    retryable: true,
    message: 'The voice of this avatar cannot be reached. Check its provider key and quota, then call again.',
  },
  'insufficient-balance': {
    httpStatus: 402,
    isFailure: false,
    retryable: false,
    message: 'Insufficient points. Add points to the project, then call again.',
  },
  'connection-limit': {
    httpStatus: 429,
    isFailure: false,
    retryable: true,
    message: 'This license has reached its number of concurrent calls. End another call, then try again.',
  },
  'daily-limit': {
    httpStatus: 429,
    isFailure: false,
    retryable: false,
    message: 'This license has used up its minutes of today. They are counted anew from midnight, UTC.',
  },
  'no-capacity': {
    httpStatus: 503,
    isFailure: false,
    retryable: true,
    message: 'All places on this server are taken. Try again in about 10 seconds.',
  },
  'backend-error': {
    httpStatus: 500,
    isFailure: true,
    retryable: true,
    message: 'Something failed on the server. Call again; if it happens again, the server’s log says why.',
  },
  'worker-lost': {
    httpStatus: 500,
    isFailure: true,
    retryable: true,
    message: 'The part of the server that ran this call stopped unexpectedly. Call again.',
  },
  'message-too-large': {
    httpStatus: 413,
    isFailure: false,
    retryable: false,
    message:
      'A message was too large: pictures may have 8 MiB, all else 256 KiB. Send sound in chunks and pictures as smaller JPEG files.',
  },
  'too-many-messages': {
    httpStatus: 429,
    isFailure: false,
    retryable: false,
    message: 'Messages arrived far faster than a talk needs. Send sound at most a few times faster than real time.',
  },
  'too-much-data': {
    httpStatus: 413,
    isFailure: false,
    retryable: false,
    message:
      'More was sent than the server keeps for one call at a time. Send texts and pictures more slowly, or in smaller pieces.',
  },
  'slow-client': {
    httpStatus: 408,
    isFailure: false,
    retryable: true,
    message: 'The connection could not keep up with the call. Check the network, then call again.',
  },
  'server-closing': {
    httpStatus: 503,
    isFailure: false,
    retryable: true,
    message: 'The server is shutting down. Call again in a moment.',
  },
  'call-replaced': {
    httpStatus: 410,
    isFailure: false,
    retryable: false,
    message: 'The call goes on over a new connection.',
  },
  'call-time-limit': {
    httpStatus: 410,
    isFailure: false,
    retryable: true,
    message: 'The longest time of a call with this avatar is over. Call again to go on talking.',
  },
  'call-ended': {
    httpStatus: 410,
    isFailure: false,
    retryable: true,
    message: 'The server ended the call.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERRORS[code];
}

/** Of `connection-limit`, when the limit is known. */
export function connectionLimitSentence(limit: number): string {
  return `Maximum concurrent connections (${limit}) reached for this license. End another call, then try again.`;
}

/** Events that end a call, or keep it from starting. */
export type EndEventType =
  | 'conversation.connected.fail'
  | 'conversation.connected.close'
  | 'conversation.connected.insufficient_balance'
  | 'conversation.connected.gpu_full'
  | 'conversation.connected.connection_limit_exceeded'
  | 'conversation.connected.backend_error';

export type ErrorEntry = {
  readonly eventType: EndEventType;
  readonly httpStatus: number;
  /** RFC 6455 §7.4: 4000–4999 are private to the application. */
  readonly closeCode: number;
  /** Reason of the close frame; at most 123 bytes. */
  readonly closeReason: string;
  /** The same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What happened and what to do about it. */
  readonly message: string;
};

/** Every way in which the server refuses or ends a call. */
export const ERRORS = {
  'missing-licence': {
    eventType: 'conversation.connected.fail',
    httpStatus: 401,
    closeCode: 4401,
    closeReason: 'Missing license',
    retryable: false,
    message: 'No license key was given. Add ?license=YOUR_KEY to the address; keys are made in the console.',
  },
  'invalid-licence': {
    eventType: 'conversation.connected.fail',
    httpStatus: 401,
    closeCode: 4401,
    closeReason: 'Invalid license',
    retryable: false,
    message: 'The license key is unknown or has been revoked. Copy the key from the console again.',
  },
  'expired-token': {
    eventType: 'conversation.connected.fail',
    httpStatus: 401,
    closeCode: 4401,
    closeReason: 'Token expired',
    retryable: false,
    message:
      'The permission of this page to call (its browser token) has run out or was withdrawn. Reload the page and call again; if that does not help, ask whoever runs the page, or sent the link, for a new one.',
  },
  'origin-not-allowed': {
    eventType: 'conversation.connected.fail',
    httpStatus: 403,
    closeCode: 4403,
    closeReason: 'Origin not allowed',
    retryable: false,
    message: 'Pages of this site may not use this license key. Add the site to the allowed origins of the key.',
  },
  'licence-reset': {
    eventType: 'conversation.connected.close',
    httpStatus: 401,
    closeCode: 4410,
    closeReason: 'License reset',
    retryable: false,
    message: 'The license key of this call was reset or revoked. Copy the new key from the console, then call again.',
  },
  'missing-avatar': {
    eventType: 'conversation.connected.fail',
    httpStatus: 400,
    closeCode: 4400,
    closeReason: 'Missing avatar',
    retryable: false,
    message: 'No avatar was named. Add &avatarId=ID or &name=NAME to the address.',
  },
  'avatar-not-found': {
    eventType: 'conversation.connected.fail',
    httpStatus: 404,
    closeCode: 4404,
    closeReason: 'Avatar not found',
    retryable: false,
    message: 'This project has no such avatar. Check avatarId or name against the list of avatars in the console.',
  },
  'avatar-unreadable': {
    eventType: 'conversation.connected.backend_error',
    httpStatus: 500,
    closeCode: 4500,
    closeReason: 'Avatar unreadable',
    retryable: false,
    message: 'The files of this avatar cannot be read on the server. Make the avatar again, or choose another one.',
  },
  'voice-unavailable': {
    eventType: 'conversation.connected.backend_error',
    httpStatus: 502,
    closeCode: 4502,
    closeReason: 'Voice unavailable',
    retryable: true,
    message: 'The voice of this avatar cannot be reached. Check its provider key and quota, then call again.',
  },
  'insufficient-balance': {
    eventType: 'conversation.connected.insufficient_balance',
    httpStatus: 402,
    closeCode: 4402,
    // Published clients compare this text.
    closeReason: 'Insufficient points',
    retryable: false,
    message: 'Insufficient points. Add points to the project, then call again.',
  },
  'connection-limit': {
    eventType: 'conversation.connected.connection_limit_exceeded',
    httpStatus: 429,
    closeCode: 4429,
    closeReason: 'Connection limit exceeded',
    retryable: true,
    message: 'This license has reached its number of concurrent calls. End another call, then try again.',
  },
  'daily-limit': {
    eventType: 'conversation.connected.connection_limit_exceeded',
    httpStatus: 429,
    closeCode: 4429,
    closeReason: 'Daily minutes used up',
    retryable: false,
    message: 'This license has used up its minutes of today. They are counted anew from midnight, UTC.',
  },
  'no-capacity': {
    eventType: 'conversation.connected.gpu_full',
    httpStatus: 503,
    closeCode: 4503,
    closeReason: 'No capacity',
    retryable: true,
    message: 'All places on this server are taken. Try again in about 10 seconds.',
  },
  'backend-error': {
    eventType: 'conversation.connected.backend_error',
    httpStatus: 500,
    closeCode: 4500,
    closeReason: 'Backend error',
    retryable: true,
    message: 'Something failed on the server. Call again; if it happens again, the server’s log says why.',
  },
  'worker-lost': {
    eventType: 'conversation.connected.backend_error',
    httpStatus: 500,
    closeCode: 4500,
    closeReason: 'Media worker lost',
    retryable: true,
    message: 'The part of the server that ran this call stopped unexpectedly. Call again.',
  },
  'message-too-large': {
    eventType: 'conversation.connected.fail',
    httpStatus: 413,
    closeCode: 1009,
    closeReason: 'Message too large',
    retryable: false,
    message:
      'A message was too large: pictures may have 8 MiB, all else 256 KiB. Send sound in chunks and pictures as smaller JPEG files.',
  },
  'too-many-messages': {
    eventType: 'conversation.connected.fail',
    httpStatus: 429,
    closeCode: 4008,
    closeReason: 'Too many messages',
    retryable: false,
    message: 'Messages arrived far faster than a talk needs. Send sound at most a few times faster than real time.',
  },
  'too-much-data': {
    eventType: 'conversation.connected.fail',
    httpStatus: 413,
    closeCode: 4413,
    closeReason: 'Too much data waiting',
    retryable: false,
    message:
      'More was sent than the server keeps for one call at a time. Send texts and pictures more slowly, or in smaller pieces.',
  },
  'slow-client': {
    eventType: 'conversation.connected.close',
    httpStatus: 408,
    closeCode: 4408,
    closeReason: 'Client too slow',
    retryable: true,
    message: 'The connection could not keep up with the call. Check the network, then call again.',
  },
  'server-closing': {
    eventType: 'conversation.connected.close',
    httpStatus: 503,
    closeCode: 1001,
    closeReason: 'Server is shutting down',
    retryable: true,
    message: 'The server is shutting down. Call again in a moment.',
  },
  'call-replaced': {
    eventType: 'conversation.connected.close',
    httpStatus: 410,
    closeCode: 4409,
    closeReason: 'Call goes on elsewhere',
    retryable: false,
    message: 'The call goes on over a new connection.',
  },
  'call-time-limit': {
    eventType: 'conversation.connected.close',
    httpStatus: 410,
    closeCode: 1000,
    closeReason: 'Call time is over',
    retryable: true,
    message: 'The longest time of a call with this avatar is over. Call again to go on talking.',
  },
  'call-ended': {
    eventType: 'conversation.connected.close',
    httpStatus: 410,
    closeCode: 1000,
    closeReason: 'Call ended',
    retryable: true,
    message: 'The server ended the call.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

export function errorEntry(code: ErrorCode): ErrorEntry {
  return ERRORS[code];
}

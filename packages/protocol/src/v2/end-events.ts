import type { ErrorCode } from '../errors.ts';

/** Events that end a call, or keep it from starting. */
export type EndEventType =
  | 'conversation.connected.fail'
  | 'conversation.connected.close'
  | 'conversation.connected.insufficient_balance'
  | 'conversation.connected.gpu_full'
  | 'conversation.connected.connection_limit_exceeded'
  | 'conversation.connected.backend_error';

export type EndEvent = {
  readonly eventType: EndEventType;
  /** RFC 6455 §7.4: 4000–4999 are private to the application. */
  readonly closeCode: number;
  /** Reason of the close frame; at most 123 bytes. */
  readonly closeReason: string;
};

/** How a v2 socket tells each entry of the error table. */
export const END_EVENTS = {
  'missing-licence': {
    eventType: 'conversation.connected.fail',
    closeCode: 4401,
    closeReason: 'Missing license',
  },
  'invalid-licence': {
    eventType: 'conversation.connected.fail',
    closeCode: 4401,
    closeReason: 'Invalid license',
  },
  'expired-token': {
    eventType: 'conversation.connected.fail',
    closeCode: 4401,
    closeReason: 'Token expired',
  },
  'origin-not-allowed': {
    eventType: 'conversation.connected.fail',
    closeCode: 4403,
    closeReason: 'Origin not allowed',
  },
  'licence-reset': {
    eventType: 'conversation.connected.close',
    closeCode: 4410,
    closeReason: 'License reset',
  },
  'missing-avatar': {
    eventType: 'conversation.connected.fail',
    closeCode: 4400,
    closeReason: 'Missing avatar',
  },
  'avatar-not-found': {
    eventType: 'conversation.connected.fail',
    closeCode: 4404,
    closeReason: 'Avatar not found',
  },
  'avatar-unreadable': {
    eventType: 'conversation.connected.backend_error',
    closeCode: 4500,
    closeReason: 'Avatar unreadable',
  },
  'voice-unavailable': {
    eventType: 'conversation.connected.backend_error',
    closeCode: 4502,
    closeReason: 'Voice unavailable',
  },
  'insufficient-balance': {
    eventType: 'conversation.connected.insufficient_balance',
    closeCode: 4402,
    // Published clients compare this text.
    closeReason: 'Insufficient points',
  },
  'connection-limit': {
    eventType: 'conversation.connected.connection_limit_exceeded',
    closeCode: 4429,
    closeReason: 'Connection limit exceeded',
  },
  'daily-limit': {
    eventType: 'conversation.connected.connection_limit_exceeded',
    closeCode: 4429,
    closeReason: 'Daily minutes used up',
  },
  'no-capacity': {
    eventType: 'conversation.connected.gpu_full',
    closeCode: 4503,
    closeReason: 'No capacity',
  },
  'backend-error': {
    eventType: 'conversation.connected.backend_error',
    closeCode: 4500,
    closeReason: 'Backend error',
  },
  'worker-lost': {
    eventType: 'conversation.connected.backend_error',
    closeCode: 4500,
    closeReason: 'Media worker lost',
  },
  'message-too-large': {
    eventType: 'conversation.connected.fail',
    closeCode: 1009,
    closeReason: 'Message too large',
  },
  'too-many-messages': {
    eventType: 'conversation.connected.fail',
    closeCode: 4008,
    closeReason: 'Too many messages',
  },
  'too-much-data': {
    eventType: 'conversation.connected.fail',
    closeCode: 4413,
    closeReason: 'Too much data waiting',
  },
  'slow-client': {
    eventType: 'conversation.connected.close',
    closeCode: 4408,
    closeReason: 'Client too slow',
  },
  'server-closing': {
    eventType: 'conversation.connected.close',
    closeCode: 1001,
    closeReason: 'Server is shutting down',
  },
  'call-replaced': {
    eventType: 'conversation.connected.close',
    closeCode: 4409,
    closeReason: 'Call goes on elsewhere',
  },
  'call-time-limit': {
    eventType: 'conversation.connected.close',
    closeCode: 1000,
    closeReason: 'Call time is over',
  },
  'call-ended': {
    eventType: 'conversation.connected.close',
    closeCode: 1000,
    closeReason: 'Call ended',
  },
} as const satisfies Readonly<Record<ErrorCode, EndEvent>>;

export function endEvent(code: ErrorCode): EndEvent {
  return END_EVENTS[code];
}

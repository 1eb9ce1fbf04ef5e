import type { ErrorCode } from '@visavis/protocol';

/** What a client is told of a session that has failed. */
export function failureCode(code: string): ErrorCode {
  switch (code) {
    case 'avatar-unreadable':
    case 'voice-unavailable':
    case 'worker-lost':
      return code;
    default:
      return 'backend-error';
  }
}

import type { SessionFailureCode } from './session-events.ts';

/** Why a call could not begin. */
export class SessionStartError extends Error {
  readonly code: SessionFailureCode;

  constructor(code: SessionFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

import { ControlError, refusal } from '../control-error.ts';

export function wrongCredentials(): ControlError {
  return refusal('wrong-credentials', 'wrong-login');
}

/** The library's refusals in our words. */
export async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const body = error instanceof Error && 'body' in error ? error.body : undefined;
    const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
    switch (code) {
      case 'INVALID_EMAIL_OR_PASSWORD':
        throw wrongCredentials();
      case 'USER_ALREADY_EXISTS':
      case 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL':
      case 'FAILED_TO_CREATE_USER':
        throw refusal('conflict', 'email-taken', { field: 'email' });
      case 'INVALID_EMAIL':
        throw new ControlError('bad-request', 'This is no e-mail address.');
      case 'PASSWORD_TOO_SHORT':
      case 'PASSWORD_TOO_LONG':
        throw new ControlError('bad-request', 'The password is too short or too long.');
      case 'FAILED_TO_GET_SESSION':
        throw refusal('not-logged-in', 'not-logged-in');
      default:
        throw error;
    }
  }
}

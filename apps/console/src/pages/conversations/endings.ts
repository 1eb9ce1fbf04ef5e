import type { ErrorCode } from '@visavis/protocol';
import type { Texts } from '../../i18n/en/console.ts';

export type Ending = keyof Texts['conversations']['endings'];

/** What each code of the errors means to who looks at a talk afterwards. */
const ofError: Readonly<Record<ErrorCode, Ending>> = {
  'missing-licence': 'refused',
  'invalid-licence': 'refused',
  'expired-token': 'refused',
  'origin-not-allowed': 'refused',
  'missing-avatar': 'refused',
  'avatar-not-found': 'refused',
  'connection-limit': 'refused',
  'no-capacity': 'refused',
  'licence-reset': 'keyReset',
  'avatar-unreadable': 'avatarUnreadable',
  'voice-unavailable': 'voiceFailed',
  'insufficient-balance': 'noPoints',
  'daily-limit': 'dailyLimit',
  'backend-error': 'serverFault',
  'worker-lost': 'workerLost',
  'message-too-large': 'tooMuch',
  'too-many-messages': 'tooMuch',
  'too-much-data': 'tooMuch',
  'slow-client': 'slowClient',
  'server-closing': 'serverClosing',
  'call-replaced': 'replaced',
  'call-time-limit': 'timeLimit',
  'call-ended': 'byServer',
};

/** Reasons that are no codes of errors: failures inside a call, and talks that nobody ended. */
const ofOthers: Readonly<Record<string, Ending>> = {
  'the server stopped': 'serverStopped',
  'voice-failed': 'voiceFailed',
  'media-failed': 'connectionLost',
  internal: 'serverFault',
  'member-removed': 'memberRemoved',
};

/** Codes with which a socket is closed (RFC 6455, section 7.4.1); all others mean that it broke off. */
const ofClosing: Readonly<Record<string, Ending>> = { '1000': 'hungUp', '1001': 'pageClosed', '1005': 'hungUp' };

/** Which words say why a talk ended; null where its reason is none of ours, and stands for itself. */
export function endingOf(reason: string): Ending | null {
  const closing = /^client-closed(?:-(\d{4}))?$/.exec(reason);
  if (closing !== null) return ofClosing[closing[1] ?? '1000'] ?? 'connectionLost';
  if (Object.hasOwn(ofError, reason)) return ofError[reason as ErrorCode];
  return Object.hasOwn(ofOthers, reason) ? (ofOthers[reason] ?? null) : null;
}

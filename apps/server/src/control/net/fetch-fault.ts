import type { DeliveryFault } from '@visavis/protocol';
import { ForbiddenAddressError } from '@visavis/protocol/address-guard';
import { LateAnswerError } from './guarded-fetch.ts';

const NETWORK_FAULTS: Readonly<Record<string, DeliveryFault>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unresolved-host',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-broken',
};

/** Resolver and socket errors name inner addresses, which are nobody's business. */
export function faultOf(error: unknown): DeliveryFault {
  if (error instanceof ForbiddenAddressError) return error.fault;
  if (error instanceof LateAnswerError || (error instanceof Error && error.name === 'TimeoutError')) return 'late';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL/.test(code) ? 'untrusted-certificate' : (NETWORK_FAULTS[code] ?? 'silent');
}

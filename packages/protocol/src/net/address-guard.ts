import type { LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { DELIVERY_FAULTS, type DeliveryFault } from '../deliveries.ts';
import { createHostResolver, type ResolveHost } from './host-resolver.ts';
import { isPrivateName, isPublicAddress } from './public-address.ts';

export { createHostResolver } from './host-resolver.ts';
export { isPublicAddress } from './public-address.ts';

export type AddressGuardOptions = {
  /** Host names or addresses that may be private. */
  readonly allowedPrivateHosts?: readonly string[];
  /** Default: the name servers of the system, each host for itself; the system's own resolver for `allowedPrivateHosts`. */
  readonly resolve?: ResolveHost;
};

/** The address may not be fetched, whenever it is tried; the message says why. */
export class ForbiddenAddressError extends Error {
  readonly fault: DeliveryFault;

  constructor(fault: DeliveryFault) {
    super(DELIVERY_FAULTS[fault]);
    this.fault = fault;
  }
}

/** Only an operator's setting would open the host. */
export class PrivateHostError extends ForbiddenAddressError {}

/** As far as its name goes the address may be fetched, but it leads nowhere as yet. */
class NoAddressError extends ForbiddenAddressError {}

export type FoundAddresses = {
  readonly addresses: readonly LookupAddress[];
  /** Only an operator's setting opens the host: what it answers is no business of those who named it. */
  readonly isPrivate: boolean;
};

/**
 * The addresses that a URL leads to, all of them checked. Throws `ForbiddenAddressError` where it may not be fetched, and errors of
 * the resolver where its name cannot be resolved now.
 */
export type FindAddresses = (url: URL, signal: AbortSignal) => Promise<FoundAddresses>;

export function createAddressGuard({
  allowedPrivateHosts = [],
  resolve: givenResolve,
}: AddressGuardOptions = {}): FindAddresses {
  const allowed = new Set(allowedPrivateHosts.map((host) => host.toLowerCase()));
  const resolve = givenResolve ?? createHostResolver({ systemHosts: allowed });

  return async (url, signal) => {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new ForbiddenAddressError('other-scheme');
    }
    if (url.username !== '' || url.password !== '') {
      throw new ForbiddenAddressError('address-with-password');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const isAllowed = allowed.has(host);
    const hasPrivateName = isPrivateName(host);
    if (!isAllowed && hasPrivateName) throw new PrivateHostError('private-name');
    const addresses = ipaddr.isValid(host)
      ? [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }]
      : [...(await withSignal(resolve(host, signal), signal))];
    if (addresses.length === 0) throw new NoAddressError('no-address');
    // One private address among public ones is reason enough: which one is used is up to whoever runs the name.
    const isPrivate = hasPrivateName || !addresses.every(({ address }) => isPublicAddress(address));
    if (!isAllowed && isPrivate) throw new PrivateHostError('private-address');
    return { addresses, isPrivate };
  };
}

export function isForbiddenForGood(error: unknown): error is ForbiddenAddressError {
  return error instanceof ForbiddenAddressError && !(error instanceof NoAddressError);
}

/** How long a name is looked up before an address is taken as it is. */
const LOOK_UP_MS = 3_000;

/** Why this address may not be fetched; null where it may, or where its name leads nowhere as yet. */
export async function whyForbidden(findAddresses: FindAddresses, url: string): Promise<ForbiddenAddressError | null> {
  try {
    await findAddresses(new URL(url), AbortSignal.timeout(LOOK_UP_MS));
    return null;
  } catch (error) {
    return isForbiddenForGood(error) ? error : null;
  }
}

function withSignal<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

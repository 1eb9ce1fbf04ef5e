import ipaddr from 'ipaddr.js';

/** Whose word about the client is believed. */
export type ProxyTrust =
  /** The last entries of `X-Forwarded-For`, this many, whoever sends them. */
  | { readonly kind: 'hops'; readonly hops: number }
  /** Addresses, CIDR ranges, and names of `NAMED_RANGES`. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] };

const NAMED_RANGES: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);
const MAX_HOPS = 10;

/** Reads `1`, `true` (one hop), `false`, or a list like `10.0.0.0/8,127.0.0.1,loopback`. Undefined: it is none of these. */
export function readProxyTrust(text: string): ProxyTrust | false | undefined {
  const word = text.trim().toLowerCase();
  if (['false', '0', 'off', 'no'].includes(word)) return false;
  if (['true', 'on', 'yes'].includes(word)) return { kind: 'hops', hops: 1 };
  if (/^\d+$/.test(word)) return Number(word) <= MAX_HOPS ? { kind: 'hops', hops: Number(word) } : undefined;
  const addresses = word
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const areKnown =
    addresses.length > 0 && addresses.every((entry) => NAMED_RANGES.has(entry) || toRange(entry) !== null);
  return areKnown ? { kind: 'addresses', addresses } : undefined;
}

/** For the web framework: whether the address that is `hop` steps away from this server is believed. */
export function believes(trust: ProxyTrust): (address: string | undefined, hop: number) => boolean {
  if (trust.kind === 'hops') return (_address, hop) => hop < trust.hops;
  const ranges = trust.addresses
    .flatMap((entry) => NAMED_RANGES.get(entry) ?? [entry])
    .flatMap((entry) => toRange(entry) ?? []);
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };
}

function toRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number][] | null {
  try {
    if (entry.includes('/')) return [ipaddr.parseCIDR(entry)];
    // Forms like `127.1` are for nobody to guess.
    if (!ipaddr.IPv4.isValidFourPartDecimal(entry) && !ipaddr.IPv6.isValid(entry)) return null;
    const address = ipaddr.process(entry);
    return [[address, address.kind() === 'ipv4' ? 32 : 128]];
  } catch {
    return null;
  }
}

/**
 * `X-Forwarded-For` as plain addresses, without ports. What stands left of an entry that is no address was written by
 * whoever wrote that, so it goes too. Undefined: nothing is left.
 */
export function cleanForwardedFor(header: string): string | undefined {
  const entries = header.split(',').map((entry) => toAddress(entry.trim()));
  const kept = entries.slice(entries.lastIndexOf(null) + 1);
  return kept.length === 0 ? undefined : kept.join(', ');
}

function toAddress(entry: string): string | null {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::\d{1,5})?$/.exec(entry)?.[1];
  const withoutPort = bracketed ?? (/^[\d.]+:\d{1,5}$/.test(entry) ? entry.slice(0, entry.indexOf(':')) : entry);
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(withoutPort) || ipaddr.IPv6.isValid(withoutPort);
  return isAddress ? withoutPort : null;
}

import ipaddr from 'ipaddr.js';

/** Global unicast (RFC 4291 §2.4): everything else in IPv6 is for this machine, its network, or nobody. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** The last 64 bits of ISATAP addresses (RFC 5214 §6.1) lead to the IPv4 address in them. */
const ISATAP_WORDS: ReadonlySet<number> = new Set([0x0000, 0x0200]);
const ISATAP_MARK = 0x5efe;

/** Unicast by their number; but a cloud answers there, and only to its own machines. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16']);

/** Names that mean a machine of this network, whatever addresses they lead to (RFC 6761, 6762, 8375, and ICANN's `.internal`). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa|metadata\.goog)$/;
/** Instance metadata under names without a dot. */
const PRIVATE_LABELS: ReadonlySet<string> = new Set(['metadata', 'instance-data']);

/** Whether an address is reachable by everyone: not this machine, not its network, not reserved (RFC 6890), no cloud's own. */
export function isPublicAddress(address: string): boolean {
  try {
    // `process` unwraps IPv4-mapped addresses (RFC 4291 §2.5.5.2). Other forms that hold an IPv4 address (IPv4-compatible,
    // NAT64, 6to4, Teredo) have ranges of their own or lie outside of global unicast.
    const parsed = ipaddr.process(address);
    if (parsed.range() !== 'unicast' || METADATA_ADDRESSES.has(parsed.toString())) return false;
    if (!('parts' in parsed)) return true;
    const [, , , , first = 0, second = 0] = parsed.parts;
    return parsed.match(...GLOBAL_UNICAST) && !(ISATAP_WORDS.has(first) && second === ISATAP_MARK);
  } catch {
    return false;
  }
}

/** Whether a host name can only mean a machine of this network or cloud. */
export function isPrivateName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return PRIVATE_NAME.test(name) || PRIVATE_LABELS.has(name);
}

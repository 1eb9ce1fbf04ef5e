import { type LookupAddress, lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';

/** For an answer of a name server; the second try waits for about twice as long. */
const TIMEOUT_MS = 2_000;
const TRIES = 2;
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/** All addresses of a host, in the order they should be tried. The signal breaks the search off. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>;

export type HostResolverOptions = {
  /** Names of the operator: these are resolved as every other program of this machine would. */
  readonly systemHosts?: ReadonlySet<string>;
  /** Name servers, `address:port`. Default: the system's. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
};

/**
 * Resolves names that users gave. The system's resolver has few places, which all lookups of the process share, and keeps one
 * for as long as a name server is silent: four names that nobody answers for would stop everybody's. Such names are asked for
 * over sockets of their own, so that a silent name server holds up nobody but who asked for its names.
 */
export function createHostResolver(options: HostResolverOptions = {}): ResolveHost {
  const { systemHosts = new Set(), servers, hostsFile = HOSTS_FILE } = options;
  return async (host, signal) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    if (systemHosts.has(host) || name === 'localhost') return lookUp(host);
    const listed = await readListed(hostsFile, name);
    return listed.length > 0 ? listed : ask(name, servers, signal);
  };
}

function lookUp(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

async function readListed(hostsFile: string, name: string): Promise<LookupAddress[]> {
  const text = await readFile(hostsFile, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const isListed = ipaddr.isValid(address) && names.some((listed) => listed.toLowerCase() === name);
    return isListed ? [{ address, family: address.includes(':') ? 6 : 4 }] : [];
  });
}

/** Both kinds at once. One of them is enough. */
async function ask(
  name: string,
  servers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<LookupAddress[]> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = [
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ];
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

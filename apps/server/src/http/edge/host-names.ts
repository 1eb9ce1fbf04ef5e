import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { NAVTALK_HOSTS } from '@visavis/protocol';

/** Under which names pages and sockets are served; an IP address is always among them. */
export type HostNames = { has(hostName: string): boolean };

/** Serves under every name: for a server that cannot be reached by browsers, or whose proxy checks names. */
const EVERY_NAME = '*';

/**
 * Names of this machine and those that its operator gave it. A page of another site whose name was made to lead here (DNS
 * rebinding) calls this server by its own name, and is refused. Browsers take `localhost` for this machine whatever the DNS
 * says, and nobody can give an IP address as the name of his site. A server that speaks TLS goes by the closed service's names too, for
 * clients that know no other host and are led here by the DNS of their operator: a foreign page of these names has no certificate for them.
 */
export function createHostNames(options: {
  /** Of `os.hostname()`. */
  readonly machineName: string;
  /** Host names; `*.example.org` is for all names directly below. `*`: every name. */
  readonly given: readonly string[];
  /** Its names are the server's own. */
  readonly certificate?: string | undefined;
}): HostNames {
  const { machineName, given, certificate } = options;
  const ofTls = certificate === undefined ? [] : [...namesIn(certificate), ...NAVTALK_HOSTS];
  const names = [...given, ...namesOfMachine(machineName), ...ofTls];
  const known = new Set(names.map(normalised));
  return {
    has(hostName) {
      const name = normalised(hostName);
      if (known.has(EVERY_NAME) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
      if (name === 'localhost' || name.endsWith('.localhost')) return true;
      return known.has(name) || known.has(`*.${name.slice(name.indexOf('.') + 1)}`);
    },
  };
}

/** Ends of names that nobody can register, under which routers and containers serve a network's own machines. */
const OWN_NETWORK = ['local', 'lan', 'home', 'home.arpa', 'internal', 'localdomain'] as const;

/** A machine is also called by its bare name, by mDNS, and as routers of homes and offices name it. */
export function namesOfMachine(machineName: string): string[] {
  const [label = machineName] = machineName.split('.', 1);
  return label === '' ? [] : [...new Set([machineName, label, ...OWN_NETWORK.map((end) => `${label}.${end}`)])];
}

function namesIn(certificate: string): string[] {
  try {
    const { subjectAltName = '' } = new X509Certificate(certificate);
    return [...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].map(([, name = '']) => name);
  } catch {
    return [];
  }
}

function normalised(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

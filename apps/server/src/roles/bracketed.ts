/** A host as it stands in an address: IPv6 in brackets (RFC 3986, 3.2.2; RFC 7064). */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

const PLAIN = 'visavis.';
/** No other host can set a cookie of this name, nor a page that came without TLS (RFC 6265bis, section 4.1.3). */
const OF_THIS_HOST = '__Host-';
/** The same for a cookie that is not sent with every path: only TLS can be asked of it. */
const OF_TLS = '__Secure-';

/** A `Set-Cookie` line as it goes out. Over TLS it is marked `Secure`, and its name says so. */
export function toOutgoingCookie(line: string, isSecure: boolean): string {
  if (!isSecure) return line;
  const attributes = line.split(';').map((part) => part.trim().toLowerCase());
  const prefix = attributes.includes('path=/') ? OF_THIS_HOST : OF_TLS;
  return `${prefix}${line}${attributes.includes('secure') ? '' : '; Secure'}`;
}

/** The `Cookie` header with the names that the server uses inside. Over TLS our cookies without a prefix are left out. */
export function fromIncomingCookies(header: string | undefined, isSecure: boolean): string | undefined {
  if (!isSecure || header === undefined) return header;
  const kept = header.split(';').flatMap((part) => {
    const cookie = part.trim();
    const prefix = [OF_THIS_HOST, OF_TLS].find((candidate) => cookie.startsWith(`${candidate}${PLAIN}`));
    if (prefix !== undefined) return [cookie.slice(prefix.length)];
    return cookie.startsWith(PLAIN) ? [] : [cookie];
  });
  return kept.length === 0 ? undefined : kept.join('; ');
}

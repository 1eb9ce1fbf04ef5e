const PLAIN = 'visavis.';
/** No other host can set a cookie of this name, nor a page that came without TLS (RFC 6265bis, section 4.1.3). */
const OF_THIS_HOST = '__Host-';

/** A `Set-Cookie` line with `Path=/`, as it goes out. Over TLS it is marked `Secure`, and its name says so. */
export function toOutgoingCookie(line: string, isSecure: boolean): string {
  if (!isSecure) return line;
  const isMarked = line.split(';').some((part) => part.trim().toLowerCase() === 'secure');
  return `${OF_THIS_HOST}${line}${isMarked ? '' : '; Secure'}`;
}

/** The `Cookie` header with the names that the server uses inside. Over TLS our cookies without the prefix are left out. */
export function fromIncomingCookies(header: string | undefined, isSecure: boolean): string | undefined {
  if (!isSecure || header === undefined) return header;
  const kept = header.split(';').flatMap((part) => {
    const cookie = part.trim();
    if (cookie.startsWith(`${OF_THIS_HOST}${PLAIN}`)) return [cookie.slice(OF_THIS_HOST.length)];
    return cookie.startsWith(PLAIN) ? [] : [cookie];
  });
  return kept.length === 0 ? undefined : kept.join('; ');
}

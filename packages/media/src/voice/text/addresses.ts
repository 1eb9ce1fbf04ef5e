import { trimAddress } from './link-target.ts';
import { type Found, find, type Speech } from './speech.ts';

const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>]{1,1000}/iy;
const MAIL = /[\w.+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,4}/uy;
/** A name with an ending in small letters: `example.com/docs`, `index.html`, `Node.js`. */
const DOMAIN =
  /[\p{L}\d][\p{L}\d_-]{1,62}(?:\.[\p{L}\d_-]{1,62}){0,4}\.[a-z][a-z\d]{0,9}(?![\p{L}\d.])(?:\/[^\s<>]{1,300})?/uy;

/** A web or mail address, a name of a file: read with its dots and slashes; what follows `?` or `#` is left out. */
export function addressAt(speech: Speech, at: number): Found | null {
  const mail = find(MAIL, speech, at);
  if (mail !== null) return { end: at + mail[0].length, spoken: readOut(mail[0], speech) };
  const found = find(ADDRESS, speech, at) ?? find(DOMAIN, speech, at);
  if (found === null) return null;
  const end = trimAddress(speech.text, at + 2, at + found[0].length);
  const [address = ''] = speech.text
    .slice(at, end)
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .split(/[?#]/);
  return { end, spoken: readOut(address.endsWith('/') ? address.slice(0, -1) : address, speech) };
}

function readOut(address: string, { words }: Speech): string {
  const names: Readonly<Record<string, string>> = { ...words.signs, '.': words.dot, '-': ' ', ':': ' ' };
  return address.replace(/[^\p{L}\p{N}]/gu, (sign) => ` ${names[sign] ?? sign} `);
}

/** Sections of an offer; browsers that change their minds often have a dozen. */
export const SECTIONS_MAX = 32;

/** UDP candidates with an address. Names under `.local` mean nothing outside the client's own network (RFC 8828). */
export function isUsableCandidate(line: string): boolean {
  const match = /^candidate:\S+ \d+ udp \d+ (\S+) \d+ typ \S+/i.exec(line);
  return match !== null && !(match[1] ?? '').toLowerCase().endsWith('.local');
}

/** What a client describes, with the candidates that can be reached. */
export function withoutUnusableCandidates(sdp: string): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => line !== '' && (!line.startsWith('a=candidate:') || isUsableCandidate(line.slice(2))))
    .map((line) => `${line}\r\n`)
    .join('');
}

/** Every section costs the native library a track. Throws where there are too many. */
export function checkSections(sdp: string): void {
  if ((sdp.match(/^m=/gm)?.length ?? 0) > SECTIONS_MAX) throw new Error('This offer has too many sections.');
}

import { LIMITS } from '@visavis/protocol';
import type { FastifyRequest } from 'fastify';

/** What clients that name no key write in its place is short. */
const SHORTEST_KEY = 8;

/** One of a client's two sockets, which looks for the other. */
export type Seeker = {
  /** Keys and sessions that it says it is for. */
  readonly names: readonly string[];
  /** Where it comes from, and by which program: the same for both sockets of a client. */
  readonly from: string;
};

/** Address, page and program behind a request. Pages cannot choose what they say here. */
export function fromOf({ ip, headers }: FastifyRequest): string {
  return JSON.stringify([ip, headers.origin ?? '', headers['user-agent'] ?? '']).slice(0, LIMITS.characters.url);
}

/**
 * The other socket of a client, among those that wait, the longest first: one that names the same, best the same session. A client that
 * names no key is joined only where nobody else can be meant. Null: it has not come yet.
 */
export function partnerOf<Other extends Seeker>(seeker: Seeker, waiting: Iterable<Other>): Other | null {
  const near = [...waiting].filter(({ from }) => from === seeker.from);
  const shared = (other: Other): number =>
    seeker.names.findLastIndex((name) => isKey(name) && other.names.includes(name));
  const named = near.filter((other) => shared(other) >= 0);
  if (named.length > 0) return named.reduce((best, other) => (shared(other) > shared(best) ? other : best));
  const possible = near.filter((other) => isNameless(seeker) || isNameless(other));
  return possible.length === 1 ? (possible[0] ?? null) : null;
}

function isKey(name: string): boolean {
  return name.length >= SHORTEST_KEY;
}

function isNameless({ names }: Seeker): boolean {
  return !names.some(isKey);
}

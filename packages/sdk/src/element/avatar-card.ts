import { errorEntry } from '@visavis/protocol';
import type { FaceBox } from '@visavis/protocol/rest';
import { serverOrigin } from '../call-options.ts';
import { type AvatarAttributes, isAvatarId } from './avatar-attributes.ts';

/** What the server tells of an avatar before a call. */
type AvatarCard = {
  readonly name: string;
  /** Empty when it has no picture. */
  readonly posterUrl: string;
  readonly face: FaceBox | null;
};

/**
 * `unknown`: the server says that it has no such avatar, which may change. `unsure`: it cannot tell without the key, does not
 * answer, or knows no cards, as an older one or a proxy before it.
 */
export type CardAnswer = AvatarCard | 'unknown' | 'unsure';

export type CardWish = Pick<AvatarAttributes, 'avatar' | 'license'> & { readonly server: string };

/** Where the card is that these attributes ask for; the same text for the same card. */
export function cardWish({ avatar, license, server }: AvatarAttributes, defaultServer: string | undefined): CardWish {
  return { avatar, license, server: serverOrigin(server || defaultServer).replace(/^ws/, 'http') };
}

export async function fetchCard(wish: CardWish, signal: AbortSignal): Promise<CardAnswer> {
  const response = await ask(wish, signal);
  // A key that is none any more tells nothing; the picture may be seen all the same.
  if (response.status === 401 && wish.license !== '') return fetchCard({ ...wish, license: '' }, signal);
  const body: unknown = await response.json();
  if (response.status === 404) {
    const canTell = wish.license !== '' || isAvatarId(wish.avatar);
    return canTell && saysUnknown(body) ? 'unknown' : 'unsure';
  }
  return (response.ok ? readCard(body, wish.server) : null) ?? 'unsure';
}

/** A 404 of anybody else says that this address leads nowhere, not that the avatar is missing. */
function saysUnknown(body: unknown): boolean {
  const { code, message } = fieldsOf(body) ?? {};
  return code === 404 && message === errorEntry('avatar-not-found').message;
}

/** The key stands in the body: addresses are kept in the logs of every proxy on the way. A form needs no preflight. */
function ask({ avatar, license, server }: CardWish, signal: AbortSignal): Promise<Response> {
  const body = new URLSearchParams({ avatar, ...(license === '' ? {} : { license }) });
  return fetch(`${server}/api/open/v1/avatar/card`, { method: 'POST', body, signal, credentials: 'omit' });
}

function readCard(body: unknown, server: string): AvatarCard | null {
  const data = fieldsOf(fieldsOf(body)?.data);
  if (data === null || typeof data.name !== 'string') return null;
  const posterUrl = typeof data.posterUrl === 'string' ? new URL(data.posterUrl, server).href : '';
  return { name: data.name, posterUrl, face: readFace(data.face) };
}

function readFace(value: unknown): FaceBox | null {
  const { left, top, right, bottom } = fieldsOf(value) ?? {};
  const isShare = (share: unknown) => typeof share === 'number' && share >= 0 && share <= 1;
  return [left, top, right, bottom].every(isShare) ? ({ left, top, right, bottom } as FaceBox) : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

import { BROWSER_TOKEN_PREFIX } from '@visavis/protocol';
import type { FaceBox } from '@visavis/protocol/rest';
import { fetchTalkPage, ServerAnswered, type TalkPageData } from '../../api/talk-page.ts';

/** A link that somebody shared: it opens calls with one avatar, and nothing else of this server. */
type TalkLink = { readonly avatarId: string; readonly token: string };

/** What a page offers to talk with. */
export type TalkOffer = TalkPageData & {
  /** The one avatar that somebody shared, as its owner made it. */
  readonly isLink: boolean;
};

/** The link has expired, or was withdrawn. */
export class LinkEnded extends Error {
  override readonly name = 'LinkEnded';
}

/** `/talk/ID#TOKEN`. What stands behind the # was sent to no server. */
export function readTalkLink({ pathname, hash }: Pick<Location, 'pathname' | 'hash'>): TalkLink | null {
  const avatarId = /^\/talk\/([0-9a-f]{32})\/?$/.exec(pathname)?.[1];
  const token = /^#([\w-]{23,103})$/.exec(hash)?.[1];
  if (avatarId === undefined || !token?.startsWith(BROWSER_TOKEN_PREFIX)) return null;
  return { avatarId, token };
}

/** What the page offers: what everybody may call, or the one avatar of a link. Throws `LinkEnded`. */
export async function fetchOffer(link: TalkLink | null, signal: AbortSignal): Promise<TalkOffer> {
  if (link === null) return { ...(await fetchTalkPage(signal)), isLink: false };
  const [data, card] = await Promise.all([fetchTalkPage(signal), fetchLinked(link, signal)]);
  const { name, description, posterUrl, face } = card;
  const avatar = {
    avatarId: link.avatarId,
    name,
    title: '',
    description,
    thumbnailUrl: posterUrl ?? '',
    face,
    voice: '',
  };
  return { ...data, demoLicense: link.token, avatars: [avatar], isLink: true };
}

type Card = {
  readonly name: string;
  readonly description: string;
  readonly posterUrl: string | null;
  readonly face: FaceBox | null;
};

/** By POST: browsers then say of which page they are, which the token asks for. */
async function fetchLinked({ avatarId, token }: TalkLink, signal: AbortSignal): Promise<Card> {
  const headers = { license: token, accept: 'application/json' };
  const address = `/api/open/v1/avatar/card?avatar=${avatarId}`;
  const response = await fetch(address, { method: 'POST', signal, headers });
  if (response.status === 401 || response.status === 404) throw new LinkEnded('The link has ended.');
  if (!response.ok) throw new ServerAnswered(response.status);
  return ((await response.json()) as { data: Card }).data;
}

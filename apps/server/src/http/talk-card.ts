import { findWanted, readTalkAddress, shownName } from '@visavis/protocol';
import type { AvatarCatalogue, CatalogueAvatar } from '../ports.ts';
import type { ListForAll } from './talk-page.ts';

type CardSource = {
  readonly catalogue: Pick<AvatarCatalogue, 'getAnywhere'>;
  readonly listForAll: ListForAll;
  /** Null while the demo project is switched off. */
  readonly demo: () => { readonly projectId: string } | null;
};

/** Whom an address of the talk page shows: the avatar that it names, or the first one that is offered; null: it is none, or nobody. */
export type FindShown = (url: string) => Promise<ShownAvatar | null>;

export type ShownAvatar = {
  readonly avatar: CatalogueAvatar;
  /** Whether the address names it, by whatever name. */
  readonly isNamed: boolean;
};

const PUBLIC_ID = /^[0-9a-f]{32}$/;
/** Of whatever host it is. */
const BASE = 'http://server';
const MAX_CHARACTERS = 200;

/**
 * As the page itself understands its address. Names are those of the first page alone; whoever knows an avatar's id may see its
 * name and picture, as on its card.
 */
export function createFindShown({ catalogue, listForAll, demo }: CardSource): FindShown {
  return async (url) => {
    const address = URL.canParse(url, BASE) ? readTalkAddress(new URL(url, BASE)) : null;
    if (address === null) return null;
    const wanted = address.avatar?.slice(0, MAX_CHARACTERS) ?? null;
    const project = demo();
    const offered = project === null ? [] : await listForAll(project.projectId);
    if (wanted === null) return offered[0] === undefined ? null : { avatar: offered[0], isNamed: false };
    const id = wanted.replaceAll('-', '').toLowerCase();
    const avatar = findWanted(offered, wanted) ?? (PUBLIC_ID.test(id) ? await catalogue.getAnywhere(id) : null);
    if (avatar === null || (avatar.state ?? 'ready') !== 'ready') return null;
    return { avatar, isNamed: true };
  };
}

/** What stands between these in the page is what other programs show of a link to it. */
const CARD = /<!-- card -->[\s\S]*?<!-- \/card -->/;

/** The page with the avatar's name and picture where other programs look for them. `origin`: of this server, as it was called. */
export function withCard(page: string, shown: ShownAvatar | null, origin: string): string {
  if (shown === null) return page;
  const { avatar, isNamed } = shown;
  const name = escaped(shownName(avatar.name));
  const picture = avatar.pictureFile === null ? null : `/uploadFiles/${encodeURIComponent(avatar.pictureFile)}`;
  const description = escaped(avatar.description.trim() || 'Talk face to face with a digital human, in your browser.');
  const lines = [
    ...(isNamed ? [`<title>${name} · Visavis</title>`, meta('og:title', `Talk with ${name}`)] : []),
    ...(isNamed ? [] : ['<title>Visavis</title>', meta('og:title', 'Visavis')]),
    meta('og:description', isNamed ? description : 'Talk face to face with a digital human, in your browser.'),
    ...(isNamed ? [meta('og:url', `${escaped(origin)}/talk/${encodeURIComponent(avatar.avatarId)}`)] : []),
    ...(picture === null ? [] : [meta('og:image', escaped(origin + picture)), meta('og:image:alt', name)]),
    ...(picture === null ? [] : [`<link rel="preload" as="image" href="${picture}" fetchpriority="high" />`]),
  ];
  return page.replace(CARD, () => lines.join('\n    '));
}

function meta(property: string, content: string): string {
  return `<meta property="${property}" content="${content}" />`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

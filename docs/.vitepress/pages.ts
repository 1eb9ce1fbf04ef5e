import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { NAVIGATION } from './navigation.ts';

/** Pages of the site that stand elsewhere in the repository: a readme is read where its code is, too. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['packages/sdk/README.md', 'sdk.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['SECURITY.md', 'security.md'],
  ['CHANGELOG.md', 'changelog.md'],
  ['examples/README.md', 'examples/index.md'],
]);

/** Every page by its file in the repository, but for those of the single examples: the first one and what the side bar has. */
const PAGES: ReadonlyMap<string, string> = new Map([['docs/index.md', 'index.md'], ...listedPages(), ...ELSEWHERE]);

/** Files outside of `docs` that pages are made of; each example's readme is one more. */
export const FILES_ELSEWHERE: readonly string[] = [...ELSEWHERE.keys()];

function listedPages(): [file: string, page: string][] {
  const elsewhere = new Set(ELSEWHERE.values());
  return NAVIGATION.flatMap(({ items }) => items)
    .map(({ link }): [string, string] => [
      `docs${link}${link.endsWith('/') ? 'README' : ''}.md`,
      `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`,
    ])
    .filter(([, page]) => !elsewhere.has(page));
}

/** Where a Markdown file of the repository stands in the site; null: it is no page of it. */
export function pageOf(file: string): string | null {
  const example = /^examples\/([a-z-]+)\/README\.md$/.exec(file)?.[1];
  if (example !== undefined) return `examples/${example}.md`;
  return PAGES.get(file) ?? null;
}

/**
 * All below `root` that is no page, as globs: a file that nobody made a page is never published, wherever it lies. Folders without pages
 * are named whole and not looked into.
 */
export function noPages(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory() && leadsToPages(`${path}/`)) return noPages(root, `${path}/`);
    if (pageOf(path) !== null || (entry.isFile() && !path.endsWith('.md'))) return [];
    const literally = path.replaceAll(/[()[\]{}!*?+@|\\]/g, '\\$&');
    return [literally, `${literally}/**`];
  });
}

function leadsToPages(folder: string): boolean {
  return /^examples\/(?:[a-z-]+\/)?$/.test(folder) || [...PAGES.keys()].some((file) => file.startsWith(folder));
}

/**
 * A link as the site has it: to a page (`/embedding.md#frame`), unchanged where it leads to another host, and null where it leads to
 * a file that only the repository has.
 */
export function siteLink(href: string, fromFile: string): string | null {
  if (/^(?:[a-z][a-z+.-]*:|\/|#)/i.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(fromFile), path);
  const page = pageOf(target);
  if (page === null) return null;
  return `/${page}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** The id of a heading, as GitHub makes it, so that an anchor works in both places. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

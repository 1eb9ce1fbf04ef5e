import { posix } from 'node:path';

/** Pages of the site that stand elsewhere in the repository: a readme is read where its code is, too. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'packages/sdk/README.md': 'sdk.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'CHANGELOG.md': 'changelog.md',
};

/** What is no page of the site: globs from the root of the repository. */
export const NO_PAGES = [
  'README.md',
  '{apps,avatars,tests,tools,data}/**',
  'packages/{media,protocol}/**',
  'packages/*/{src,dist}/**',
  '**/{dist,cache,node_modules}/**',
];

/** Where a Markdown file of the repository stands in the site; null: it is no page of it. */
export function pageOf(file: string): string | null {
  const own = ELSEWHERE[file];
  if (own !== undefined) return own;
  if (file === 'examples/README.md') return 'examples/index.md';
  const example = /^examples\/([a-z-]+)\/README\.md$/.exec(file)?.[1];
  if (example !== undefined) return `examples/${example}.md`;
  if (!file.startsWith('docs/') || !file.endsWith('.md')) return null;
  return file.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md');
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

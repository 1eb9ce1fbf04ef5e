import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...globSync(['tools/*/*.md', 'examples/**/README.md', 'packages/*/README.md'], {
    cwd: ROOT,
    exclude: ['**/node_modules'],
  }),
];

/** Targets of links and pictures, without those that lead to other hosts. Code is no text. */
function linksOf(markdown: string): string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What GitHub makes of the headings of a document. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinksOf(document: string): string[] {
  const markdown = readFileSync(join(ROOT, document), 'utf8');
  return linksOf(markdown).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(ROOT, document) : join(ROOT, dirname(document), path);
    if (!existsSync(target) || relative(ROOT, target).startsWith('..')) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
  });
}

test.each(DOCUMENTS)('every link of %s leads to a file, and to a heading in it', (document) => {
  expect(brokenLinksOf(document)).toEqual([]);
});

test('a link to nothing would be noticed', () => {
  expect(linksOf('[a](b.md#c) `[x](y)` [web](https://example.org) ![d](e.png)')).toEqual(['b.md#c', 'e.png']);
  expect(anchorsOf('# What we *do* not, and why\n## Kept')).toEqual(new Set(['what-we-do-not-and-why', 'kept']));
});

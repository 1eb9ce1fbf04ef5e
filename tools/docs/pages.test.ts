import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { noPages, pageOf } from '../../docs/.vitepress/pages.ts';

type Generator = { readonly resolveConfig: (root: string, command: 'build') => Promise<{ readonly pages: string[] }> };
const GENERATOR: string = 'vitepress';

const folder = mkdtempSync(join(tmpdir(), 'visavis-docs-pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DOCUMENTS = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url)), {
  recursive: true,
  encoding: 'utf8',
}).filter((name) => name.endsWith('.md') && !name.startsWith('.'));

it.each(DOCUMENTS)('docs/%s is a page: it stands in the side bar', (name) => {
  expect(pageOf(`docs/${name.replaceAll('\\', '/')}`)).not.toBeNull();
});

it('the generator finds the pages and no other file, wherever somebody keeps notes', async () => {
  const pages = [
    'CHANGELOG.md',
    'docs/console/README.md',
    'docs/index.md',
    'docs/quick-start.md',
    'docs/reference/sdk.md',
    'examples/README.md',
    'examples/react/README.md',
    'packages/sdk/README.md',
  ];
  const strays = [
    'README.md',
    'NOTES.md',
    'CHANGELOG.old.md',
    'notes/README.md',
    'docs/NOTES.md',
    'docs/sdk.md',
    'docs/README.md',
    'docs/quick start.md',
    'docs/quick?start.md',
    'docs/[a] (b) {c} !d.md',
    'docs/new/index.md',
    'docs/console/x.md',
    'docs/console/y/README.md',
    'examples/NOTES.md',
    'examples/react/NOTES.md',
    'examples/react/app/README.md',
    'packages/NOTES.md',
    'packages/media/README.md',
    'packages/sdk/src/README.md',
    'data/talks/x.md',
  ];
  for (const file of [...pages, ...strays]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '# Title\n');
  }
  mkdirSync(join(folder, 'docs/.vitepress'));
  const settings = { srcDir: '..', additionalConfig: {}, srcExclude: noPages(folder) };
  writeFileSync(join(folder, 'docs/.vitepress/config.mjs'), `export default ${JSON.stringify(settings)};`);
  const { resolveConfig } = (await import(GENERATOR)) as Generator;
  const site = await resolveConfig(join(folder, 'docs'), 'build');
  expect(site.pages).toEqual(pages);
}, 60_000);

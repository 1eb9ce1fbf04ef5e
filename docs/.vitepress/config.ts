import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeColourSheet, codeColours } from './code-colours.ts';
import { linkPages } from './links.ts';
import { NAVIGATION } from './navigation.ts';
import { anchorOf, noPages, pageOf } from './pages.ts';

const base = process.env.DOCS_BASE ?? '/docs/';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// The page's policy allows scripts and styles from files only: `tools/docs/build.ts` moves the generator's inline ones there.
export default {
  title: 'Visavis',
  description: 'A self-hosted platform for real-time talking avatars.',
  lang: 'en',
  base,
  srcDir: '..',
  srcExclude: noPages(ROOT),
  // None is looked for in the folders of pages: this is all.
  additionalConfig: {},
  rewrites: (file: string) => pageOf(file) ?? file,
  // Changing the theme would put a style into the page.
  appearance: { disableTransition: false },
  ignoreDeadLinks: 'localhostLinks',
  cacheDir: '../node_modules/.cache/visavis/docs',
  head: [
    ['link', { rel: 'stylesheet', href: `${base}assets/inline.css` }],
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
  ],
  /** Here, where the code was highlighted: the generator loads this module for itself alone. */
  buildEnd({ outDir }: { readonly outDir: string }) {
    mkdirSync(join(outDir, 'assets'), { recursive: true });
    writeFileSync(join(outDir, 'assets/inline.css'), `${codeColourSheet()}\n`);
  },
  markdown: {
    anchor: { slugify: anchorOf },
    codeTransformers: [codeColours],
    config: (markdown: Parameters<typeof linkPages>[0]) => linkPages(markdown, ROOT),
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [],
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Moving from NavTalk', link: '/migration' },
      { text: 'Reference', items: NAVIGATION.find(({ text }) => text === 'Reference')?.items ?? [] },
    ],
    sidebar: NAVIGATION,
    docFooter: { prev: 'Before', next: 'Next' },
  },
};

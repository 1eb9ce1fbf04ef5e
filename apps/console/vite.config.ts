import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin, type Rolldown } from 'vite';
import { usedStyles } from './used-styles.ts';

/** Where `vite dev` finds the Visavis server. */
const server = process.env.VISAVIS_SERVER ?? 'http://127.0.0.1:8787';

// A build started by a test run is the one that users get, too.
if (process.env.NODE_ENV === 'test') process.env.NODE_ENV = 'production';

/** Builds what other sites load into `embed/`: one file for the element, one for the page in a frame. */
function embedded(): Plugin {
  let folder = '';
  return {
    name: 'embedded',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async writeBundle() {
      const outDir = join(folder, 'embed');
      const source = (name: string) => join(import.meta.dirname, `src/embed/${name}.ts`);
      await buildEmbedded(outDir, {
        input: { visavis: source('visavis'), page: source('page') },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
      });
      // Pages of NavTalk load theirs as a classic script.
      await buildEmbedded(outDir, {
        input: { 'navtalk-web-sdk': source('navtalk-web-sdk') },
        // Such a script has no address of its own; it is told that of the recorder.
        checks: { emptyImportMeta: false },
        output: { format: 'iife', entryFileNames: '[name].umd.js', assetFileNames: '[name][extname]' },
      });
    },
  };
}

async function buildEmbedded(
  outDir: string,
  rolldownOptions: Rolldown.InputOptions & { output: Rolldown.OutputOptions },
) {
  await build({
    configFile: false,
    root: import.meta.dirname,
    // Addresses of files follow the script's own, which is on another site than the page.
    base: './',
    publicDir: false,
    logLevel: 'warn',
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: false,
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions,
    },
  });
}

/** What a page needs before it can show anything, besides the entry that every page has: its part, and what that asks for. */
const FIRST_PARTS = {
  'index.html': { part: 'src/pages/talk/talk-page.tsx', data: '/api/v1/talk-page' },
  'console.html': { part: 'src/app/console-app.tsx', data: null },
} as const;

/** Names it in each page, so that a browser asks for all of it at once instead of finding one part in another. */
function askedAtOnce(): Plugin {
  let folder = '';
  return {
    name: 'asked-at-once',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle(_options, bundle) {
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      for (const [file, { part, data }] of Object.entries(FIRST_PARTS)) {
        const asked = data === null ? [] : [`<link rel="preload" as="fetch" crossorigin href="${data}">`];
        const links = filesOf(bundle, part)
          .filter((name) => !page.includes(`/${name}"`))
          .map((name) =>
            name.endsWith('.css')
              ? `<link rel="stylesheet" crossorigin href="/${name}">`
              : `<link rel="modulepreload" crossorigin href="/${name}">`,
          );
        writeFileSync(
          join(folder, file),
          page.replace('</head>', () => `  ${[...asked, ...links].join('\n    ')}\n  </head>`),
        );
      }
    },
  };
}

/** The chunk of a module and all that it imports, with their styles. */
function filesOf(bundle: Rolldown.OutputBundle, module: string): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk' || found.has(name)) return;
    found.add(name);
    for (const imported of chunk.imports) add(imported);
    for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
  };
  for (const chunk of Object.values(bundle)) {
    if (chunk.type === 'chunk' && chunk.facadeModuleId?.endsWith(module)) add(chunk.fileName);
  }
  if (found.size === 0) throw new Error(`There is no part of ${module} any more.`);
  return [...found];
}

/** Puts `.br` and `.gz` beside each text file of the build, which the server then sends as they are. */
function precompressed(): Plugin {
  let folder = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const path = join(folder, name);
        const content = readFileSync(path);
        const brotli = { params: { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: content.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(content, brotli));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [usedStyles(), react(), askedAtOnce(), embedded(), precompressed()],
  build: {
    target: 'es2022',
    // The page's policy allows images and scripts from files only, never from data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': server,
      '/wss': { target: server, ws: true },
      '/uploadFiles': server,
    },
  },
});

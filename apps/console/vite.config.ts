import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin } from 'vite';

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
      await build({
        configFile: false,
        root: import.meta.dirname,
        // Addresses of files follow the script's own, which is on another site than the page.
        base: './',
        publicDir: false,
        logLevel: 'warn',
        build: {
          target: 'es2022',
          outDir: join(folder, 'embed'),
          emptyOutDir: false,
          assetsInlineLimit: 0,
          modulePreload: false,
          rolldownOptions: {
            input: {
              visavis: join(import.meta.dirname, 'src/embed/visavis.ts'),
              page: join(import.meta.dirname, 'src/embed/page.ts'),
            },
            preserveEntrySignatures: 'strict',
            output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
          },
        },
      });
    },
  };
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
        const brotli = { params: { [zlib.BROTLI_PARAM_QUALITY]: 9, [zlib.BROTLI_PARAM_SIZE_HINT]: content.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(content, brotli));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [react(), embedded(), precompressed()],
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

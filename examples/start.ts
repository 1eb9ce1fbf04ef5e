// Starts one of the examples beside a running server: `npm run example react`. `VISAVIS_SERVER` and `VISAVIS_LICENSE` name another
// server or key than the local one and its demo key.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

const FOLDER = import.meta.dirname;

export const PAGES = [
  'plain-html',
  'react',
  'vue',
  'own-sound',
  'function-calling',
  'wordpress',
  'phone',
  'camera',
] as const;

export type PlaceOfServer = { readonly server: string; readonly license: string };

/** Serves the page of an example. Resolves to its address and what ends it. */
export async function openPage(
  name: (typeof PAGES)[number],
  { server, license }: PlaceOfServer,
  port = 5173,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const [{ createServer }, { default: react }, { default: vue }] = await Promise.all([
    import('vite'),
    import('@vitejs/plugin-react'),
    import('@vitejs/plugin-vue'),
  ]);
  process.env.VITE_VISAVIS_SERVER = server;
  process.env.VITE_VISAVIS_LICENSE = license;
  const isElement = (tag: string) => tag.startsWith('visavis-');
  const own = { react: [react()], vue: [vue({ template: { compilerOptions: { isCustomElement: isElement } } })] };
  const vite = await createServer({
    configFile: false,
    root: path.join(FOLDER, name),
    cacheDir: path.join(FOLDER, `../node_modules/.cache/visavis/examples/${name}`),
    logLevel: 'warn',
    appType: name === 'wordpress' ? 'custom' : 'spa',
    plugins: [...(name === 'react' || name === 'vue' ? own[name] : []), wordpressPage({ server, license })],
    // Named, so that no page is loaded anew when they are found.
    optimizeDeps: {
      noDiscovery: true,
      include:
        {
          react: ['react', 'react-dom/client', 'react/jsx-dev-runtime', 'react/jsx-runtime'],
          vue: ['vue'],
        }[name as 'react' | 'vue'] ?? [],
    },
    server: { host: '127.0.0.1', port, strictPort: false, fs: { allow: [path.join(FOLDER, '..')] } },
  });
  await vite.listen();
  return { url: vite.resolvedUrls?.local[0] ?? '', close: () => vite.close() };
}

/** The plugin's HTML as WordPress would make it, and its route for tokens, for which the key stands in. */
function wordpressPage({ server, license }: PlaceOfServer): Plugin {
  return {
    name: 'wordpress-page',
    configureServer(vite) {
      if (vite.config.appType !== 'custom') return;
      vite.middlewares.use((request, response) => {
        if (request.method === 'POST' && request.url === '/wp-json/visavis/v1/token') {
          response.setHeader('content-type', 'application/json').end(JSON.stringify({ token: license }));
        } else response.setHeader('content-type', 'text/html; charset=utf-8').end(renderWordpress(server));
      });
    },
  };
}

/** What the shortcode gives for its usual attributes. */
export function renderWordpress(server: string): string {
  const plugin = readFileSync(path.join(FOLDER, 'wordpress/visavis-avatar.php'), 'utf8');
  const template = /<<<'HTML'\n([\s\S]*?)\nHTML;/.exec(plugin)?.[1];
  if (template === undefined) throw new Error('The plugin has no template.');
  const values = [server, 'navtalk.Iris', 'Iris', '/wp-json/visavis/v1/token'];
  const html = template.replaceAll(/%(\d)\$s/g, (_place, index: string) => values[Number(index) - 1] ?? '');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>WordPress</title><body>${html}</body></html>`;
}

async function findPlace(): Promise<PlaceOfServer> {
  const { VISAVIS_SERVER: server = 'http://localhost:8787', VISAVIS_LICENSE: given } = process.env;
  if (given !== undefined) return { server, license: given };
  try {
    const page = (await (await fetch(`${server}/api/v1/talk-page`)).json()) as { demoLicense: string | null };
    if (page.demoLicense !== null) return { server, license: page.demoLicense };
  } catch {
    throw new Error(`There is no Visavis server at ${server}. Start one with "npm start".`);
  }
  throw new Error(`The server at ${server} shows no demo key. Set VISAVIS_LICENSE to a key of yours.`);
}

async function main([name = '', ...rest]: readonly string[]): Promise<void> {
  const page = PAGES.find((known) => known === name);
  if (page !== undefined) {
    const { url } = await openPage(page, await findPlace());
    console.log(`${name} is at ${url}`);
  } else if (name === 'node-bot') {
    const { server, license } = await findPlace();
    const env = { ...process.env, VISAVIS_SERVER: server, VISAVIS_LICENSE: license };
    const bot = spawn(process.execPath, [path.join(FOLDER, 'node-bot/bot.js'), ...rest], { env, stdio: 'inherit' });
    bot.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  } else {
    console.error(
      `Which example? ${[...PAGES, 'node-bot'].join(', ')}. The one for Next is started in its own folder.`,
    );
    process.exitCode = 2;
  }
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage } from '../error-message.ts';
import type { Logger } from '../ports.ts';
import { openToEveryone } from './access/guard.ts';
import { type FramingOrigins, registerEmbedPage } from './embed-page.ts';
import { registerNavtalkScript } from './navtalk-script.ts';
import { type FindShown, type ShownAvatar, withCard } from './talk-card.ts';

export type ConsoleOptions = {
  /** Folder of the built console. */
  readonly folder: string;
  /** Left out: every page may show an avatar in a frame. */
  readonly framingOrigins?: FramingOrigins;
  /** Left out: links to the talk page show no avatar in other programs. */
  readonly findShown?: FindShown;
  readonly logger?: Pick<Logger, 'warn'>;
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis</title>
<p>The server is running, but its console has not been built. Run <code>npm run build</code>, then start again.</p>
<p lang="zh-CN">服务器正在运行，但控制台尚未构建。请运行 <code>npm run build</code>，然后重新启动。</p></html>`;

/** Serves the pages: `index.html` at `/` and addresses of the talk page, `console.html` at those of the console. */
export async function registerConsole(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const { folder, framingOrigins = async () => [] } = options;
  const pages = existsSync(join(folder, 'index.html')) ? await readPages(folder) : null;
  const isBuilt = pages !== null;
  const files = {
    root: folder,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply: FastifyReply, path: string) => {
      // Built assets carry their content's hash in the name.
      const isAsset = path.startsWith(join(folder, 'assets'));
      reply.header('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (!path.startsWith(join(folder, 'embed'))) return;
      // Pages of every site load these.
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
    },
  };
  // Gives every answer of the server `sendFile`, the one to unknown addresses too.
  if (isBuilt) await app.register(fastifyStatic, { ...files, serve: false });
  registerEmbedPage(app, { isBuilt, framingOrigins });
  if (isBuilt) registerNavtalkScript(app);
  await app.register(async (scope) => {
    openToEveryone(scope);
    if (pages !== null) {
      await scope.register(fastifyStatic, { ...files, wildcard: false, decorateReply: false, index: false });
      scope.get('/', (request, reply) => sendPage(request, reply, pages, options));
    } else scope.get('/', (_request, reply) => reply.code(503).type('text/html').send(NOT_BUILT));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    // The page itself says that there is nothing at an address that it does not know.
    if (pages !== null && wantsPage(request, path))
      return sendPage(request, reply.code(PAGE_PATH.test(path) ? 200 : 404), pages, options);
    return reply.code(404).send({ code: 404, message: 'There is nothing at this address.', data: null });
  });
}

/** Pages of the console, which are there for whoever takes any kind of answer: command lines and uptime checks too. */
const PAGE_PATH = /^\/(console|talk)(\/|$)/;

type Pages = { readonly talk: string; readonly console: string };

/** Like the files that they name, they are those that were there at the start. */
async function readPages(folder: string): Promise<Pages> {
  const talk = await readFile(join(folder, 'index.html'), 'utf8');
  const ofConsole = join(folder, 'console.html');
  return { talk, console: existsSync(ofConsole) ? await readFile(ofConsole, 'utf8') : talk };
}

async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  pages: Pages,
  options: ConsoleOptions,
): Promise<FastifyReply> {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');
  if (/^\/console(\/|\?|$)/.test(request.url)) return reply.send(pages.console);
  const shown = await findInTime(request.url, options);
  return reply.send(withCard(pages.talk, shown, `${request.protocol}://${request.host}`));
}

const CARD_WAIT_MS = 500;

/** A page without a card is better than none, and than one that is late. */
async function findInTime(url: string, { findShown, logger }: ConsoleOptions): Promise<ShownAvatar | null> {
  if (findShown === undefined) return null;
  const late = new AbortController();
  try {
    return await Promise.race([findShown(url), tooLate(late.signal)]);
  } catch (error) {
    logger?.warn({ error: errorMessage(error) }, 'A page was sent without the avatar that its address names');
    return null;
  } finally {
    late.abort();
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await delay(CARD_WAIT_MS, undefined, { signal });
  throw new Error('it was not found in time');
}

function wantsPage({ method, headers }: FastifyRequest, path: string): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || path.startsWith('/api/')) return false;
  const { accept = '*/*' } = headers;
  return accept.includes('text/html') || (/(\*|text)\/\*/.test(accept) && PAGE_PATH.test(path));
}

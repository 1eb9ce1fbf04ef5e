import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage } from '../error-message.ts';
import type { Logger } from '../ports.ts';
import { openToEveryone } from './access/guard.ts';
import { type FramingOrigins, registerEmbedPage } from './embed-page.ts';
import { type FindShown, withCard } from './talk-card.ts';

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
  const isBuilt = existsSync(join(folder, 'index.html'));
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
  await app.register(async (scope) => {
    openToEveryone(scope);
    if (isBuilt) {
      await scope.register(fastifyStatic, { ...files, wildcard: false, decorateReply: false, index: false });
      scope.get('/', (request, reply) => sendPage(request, reply, options));
    } else scope.get('/', (_request, reply) => reply.code(503).type('text/html').send(NOT_BUILT));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    // The page itself says that there is nothing at an address that it does not know.
    if (isBuilt && wantsPage(request, path))
      return sendPage(request, reply.code(PAGE_PATH.test(path) ? 200 : 404), options);
    return reply.code(404).send({ code: 404, message: 'There is nothing at this address.', data: null });
  });
}

/** Pages of the console, which are there for whoever takes any kind of answer: command lines and uptime checks too. */
const PAGE_PATH = /^\/(console|talk)(\/|$)/;

/** Read each time: a new build is served as soon as it is there. */
async function sendPage(request: FastifyRequest, reply: FastifyReply, options: ConsoleOptions): Promise<FastifyReply> {
  const { folder, findShown, logger } = options;
  const isConsole = /^\/console(\/|\?|$)/.test(request.url);
  const file = isConsole && existsSync(join(folder, 'console.html')) ? 'console.html' : 'index.html';
  const page = await readFile(join(folder, file), 'utf8');
  const shown = isConsole || findShown === undefined ? null : await findShown(request.url).catch(noCard(logger));
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(withCard(page, shown, `${request.protocol}://${request.host}`));
}

/** A page without a card is better than none. */
function noCard(logger: ConsoleOptions['logger']) {
  return (error: unknown): null => {
    logger?.warn({ error: errorMessage(error) }, 'A page was sent without the avatar that its address names');
    return null;
  };
}

function wantsPage({ method, headers }: FastifyRequest, path: string): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || path.startsWith('/api/')) return false;
  const { accept = '*/*' } = headers;
  return accept.includes('text/html') || (/(\*|text)\/\*/.test(accept) && PAGE_PATH.test(path));
}

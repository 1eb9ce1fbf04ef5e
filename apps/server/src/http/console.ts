import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export type ConsoleOptions = {
  /** Folder of the built console. */
  readonly folder: string;
};

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis</title>
<p>The server is running, but its console has not been built. Run <code>npm run build</code>, then start again.</p></html>`;

/** Serves the console at `/`; addresses of its pages all give `index.html`. */
export async function registerConsole(app: FastifyInstance, { folder }: ConsoleOptions): Promise<void> {
  const isBuilt = existsSync(join(folder, 'index.html'));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        // Built assets carry their content's hash in the name.
        const isAsset = path.startsWith(join(folder, 'assets'));
        reply.header('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  } else {
    app.get('/', (_request, reply) => reply.code(503).type('text/html').send(NOT_BUILT));
  }
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    const path = request.url.split('?', 1)[0] ?? '/';
    if (isBuilt && wantsPage && !path.startsWith('/api/')) return reply.sendFile('index.html');
    return reply.code(404).send({ code: 404, message: 'There is nothing at this address.', data: null });
  });
}

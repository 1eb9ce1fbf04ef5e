import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openToEveryone } from './access/guard.ts';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis documentation</title>
<p>The documentation is not here yet. <code>npm start</code> builds it in the background after the first start, which takes half a minute;
then reload this page. <code>npm run docs</code> builds it at once, and the same pages are in the folder <code>docs</code>.</p>
<p lang="zh-CN">文档尚未就绪。首次启动后，<code>npm start</code> 会在后台构建文档，约需半分钟；之后请刷新此页。也可运行 <code>npm run docs</code>
立即构建，或直接阅读 <code>docs</code> 文件夹中的页面。</p></html>`;

/** The pages run their own files and ask nobody else; icons are pictures in their style sheet. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /docs/…`: the built documentation from `folder`, which may appear, and be replaced, while the server runs. */
export async function registerDocsSite(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(
    async (scope) => {
      openToEveryone(scope);
      scope.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', POLICY);
      });
      scope.setNotFoundHandler((request, reply) => sendNothingHere(request, reply, folder));
      scope.get('', (_request, reply) => reply.redirect('/docs/', 301));
      await scope.register(fastifyStatic, {
        root: folder,
        suppressWarning: true,
        decorateReply: false,
        cacheControl: false,
        dotfiles: 'ignore',
        extensions: ['html'],
        preCompressed: true,
        setHeaders(reply: FastifyReply, path: string) {
          // These carry their content's hash in the name.
          const isAsset = /[\\/]assets[\\/].*[.-][\w-]{8}\.\w+(?:\.(?:br|gz))?$/.test(path);
          reply.header('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
        },
      });
    },
    { prefix: '/docs' },
  );
}

async function sendNothingHere(_request: FastifyRequest, reply: FastifyReply, folder: string): Promise<FastifyReply> {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');
  if (!existsSync(join(folder, 'index.html'))) return reply.code(503).header('retry-after', 30).send(NOT_BUILT);
  return reply.code(404).send(await readFile(join(folder, '404.html')));
}

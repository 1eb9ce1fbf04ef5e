import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openToEveryone } from './access/guard.ts';

/** A build takes half a minute, on a slow machine some: what is older was left by one that was killed. */
const BUILD_LIMIT_MS = 600_000;

const PAGE_START = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Visavis documentation</title>';

const BEING_BUILT = `${PAGE_START}
<p>The documentation is being built, which takes about half a minute; then reload this page. Until then the same pages are in the folder
<code>docs</code>.</p>
<p lang="zh-CN">正在构建文档，约需半分钟；之后请刷新此页。在此之前，可直接阅读 <code>docs</code> 文件夹中的页面。</p></html>`;

const NOT_BUILT = `${PAGE_START}
<p>The documentation is not built. <code>npm start</code> begins with it when the server runs; if it just has, reload this page. Else
<code>npm run docs</code> builds it, or says why it cannot (<code>npm ci</code> installs what it needs). The same pages are in the folder
<code>docs</code>.</p>
<p lang="zh-CN">文档尚未构建。<code>npm start</code> 会在服务器运行后开始构建；如果刚刚启动，请刷新此页。否则请运行 <code>npm run docs</code>：
它会构建文档，或说明无法构建的原因（<code>npm ci</code> 会安装所需的内容）。<code>docs</code> 文件夹中有相同的页面。</p></html>`;

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
  if (!existsSync(join(folder, 'index.html'))) {
    if (await isBeingBuilt(folder)) return reply.code(503).header('retry-after', 30).send(BEING_BUILT);
    return reply.code(503).send(NOT_BUILT);
  }
  return reply.code(404).send(await readFile(join(folder, '404.html')));
}

/** A build works in a folder beside this one, by its name with a number behind it. */
async function isBeingBuilt(folder: string): Promise<boolean> {
  const names = await readdir(dirname(folder)).catch(() => []);
  const works = names.filter((name) => name.startsWith(`${basename(folder)}-`));
  const changesMs = await Promise.all(
    works.map((name) =>
      stat(join(dirname(folder), name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return changesMs.some((changedAtMs) => Date.now() - changedAtMs < BUILD_LIMIT_MS);
}

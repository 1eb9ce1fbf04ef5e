import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { openToEveryone } from '../access/guard.ts';

/** The page sets styles in place. Nothing on it comes from another host. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

const LOGO = `<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
<rect width="32" height="32" rx="9" fill="#186a60"/><path d="M15 5.5a9 9 0 0 0 0 18Z" fill="#fff"/>
<path d="M17 8.5a9 9 0 0 1 0 18Z" fill="#8fdccb"/><circle cx="11.4" cy="12.2" r="1.5" fill="#186a60"/>
<circle cx="20.6" cy="15.2" r="1.5" fill="#186a60"/></svg>`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API reference · Visavis</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script src="/reference/reference-theme.js"></script>
<link rel="modulepreload" href="/reference/reference-words.js">
<link rel="stylesheet" href="/reference/static/swagger-ui.css">
<link rel="stylesheet" href="/reference/reference.css">
</head>
<body>
<header class="bar">
<a class="name" href="/">${LOGO}Visavis</a>
<nav aria-label="Of this page" data-label-said>
<a href="/" data-said>Talk</a>
<a href="/console" data-said>Console</a>
<a href="/openapi.json" data-said>OpenAPI document</a>
</nav>
<select id="language" aria-label="Language" data-label-said>
<option value="en" lang="en">English</option>
<option value="zh" lang="zh-CN">中文</option>
</select>
</header>
<div id="reference"></div>
<noscript>
<p>The reference needs JavaScript. The same as data is at <a href="/openapi.json">/openapi.json</a>.</p>
<p lang="zh-CN">接口参考需要 JavaScript。同样内容的数据在 <a href="/openapi.json">/openapi.json</a>。</p>
</noscript>
<script src="/reference/static/swagger-ui-bundle.js"></script>
<script type="module" src="/reference/reference-page.js"></script>
</body>
</html>
`;

/** What the page is made of besides the viewer, from the folder beside this file. */
const OWN_FILES = ['reference.css', 'reference-theme.js', 'reference-words.js', 'reference-page.js'];

const require = createRequire(import.meta.url);

/** `GET /reference`: a page to read and try the interfaces. */
export async function registerReferencePage(app: FastifyInstance): Promise<void> {
  const own = OWN_FILES.map((name) => ({
    name,
    text: readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8'),
  }));
  const viewer = dirname(require.resolve('@fastify/swagger-ui/static/swagger-ui.css'));
  await app.register(async (scope) => {
    openToEveryone(scope);
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', POLICY).header('cache-control', 'no-cache');
    });
    for (const url of ['/reference', '/reference/']) {
      scope.get(url, async (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
    }
    for (const { name, text } of own) {
      const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      scope.get(`/reference/${name}`, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(text));
    }
    await scope.register(fastifyStatic, {
      root: viewer,
      prefix: '/reference/static',
      decorateReply: false,
      cacheControl: false,
      // The files that the page asks for, and none of the viewer's own page.
      allowedPath: (path: string) => /^\/swagger-ui(-bundle\.js|\.css)$/.test(path),
    });
  });
}

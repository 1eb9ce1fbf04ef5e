import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createTestServer } from '../gateway/test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the documentation is served with a policy of its own, with pages, files and a 404 page, from a folder that may come later', async () => {
  const docsFolder = join(folder, 'docs-site');
  const { app } = await createTestServer({ docsFolder });
  const unbuilt = await app.inject('/docs/');
  expect([unbuilt.statusCode, unbuilt.headers['retry-after']]).toEqual([503, undefined]);
  expect(unbuilt.body).toContain('npm run docs');
  expect(unbuilt.body).not.toContain('being built');
  mkdirSync(`${docsFolder}-4711`);
  const early = await app.inject('/docs/');
  expect([early.statusCode, early.headers['retry-after']]).toEqual([503, '30']);
  expect(early.body).toContain('is being built');
  // Left by a build that was killed.
  utimesSync(`${docsFolder}-4711`, 1000, 1000);
  expect((await app.inject('/docs/')).body).toContain('is not built');

  mkdirSync(join(docsFolder, 'assets'), { recursive: true });
  for (const name of ['index', 'embedding', '404'])
    writeFileSync(join(docsFolder, `${name}.html`), `<title>${name}</title>`);
  writeFileSync(join(docsFolder, 'assets/app.0a1B_2c3.js'), 'export {};');
  writeFileSync(join(docsFolder, 'assets/inline.css'), 'a{}');

  for (const [url, title] of [
    ['/docs/', 'index'],
    ['/docs/embedding.html', 'embedding'],
    ['/docs/embedding', 'embedding'],
  ]) {
    const page = await app.inject(url ?? '');
    expect([url, page.statusCode, page.body]).toEqual([url, 200, `<title>${title}</title>`]);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*script-src 'self'; style-src 'self'/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  }
  expect((await app.inject('/docs')).headers.location).toBe('/docs/');
  const missing = await app.inject('/docs/nothing/here.html');
  expect([missing.statusCode, missing.body]).toEqual([404, '<title>404</title>']);
  expect(missing.headers['content-security-policy']).toContain("default-src 'none'");
  expect((await app.inject('/docs/assets/app.0a1B_2c3.js')).headers['cache-control']).toContain('immutable');
  expect((await app.inject('/docs/assets/inline.css')).headers['cache-control']).toBe('no-cache');
  await app.close();
});

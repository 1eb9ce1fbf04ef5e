import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestServer } from '../gateway/test-server.ts';
import type { CatalogueAvatar } from '../ports.ts';

const LEO: CatalogueAvatar = {
  avatarId: '',
  name: '',
  title: 'Leo',
  description: 'A friendly guide.',
  model: 'm',
  voice: 'v',
  prompt: 'SECRET',
  firstMessage: '',
  pictureFile: 'leo.png',
  clipFile: null,
};

test('names the avatar of an address and shows its picture to other programs, as text and never a key', async () => {
  const page = '<head><!-- card --><title>Visavis</title><!-- /card --></head><div id="root"></div>';
  const cards = mkdtempSync(join(tmpdir(), 'visavis-cards-'));
  writeFileSync(join(cards, 'index.html'), page);
  writeFileSync(join(cards, 'console.html'), '<title>Console</title>');
  const mia = { ...LEO, avatarId: 'a'.repeat(32), name: 'navtalk.<b>"Mia" & co', description: '"> <script>x' };
  const linked = { ...LEO, avatarId: 'b'.repeat(32), name: 'Nora', pictureFile: null, isSystem: false };
  const making = { ...linked, avatarId: 'c'.repeat(32), state: 'making' as const };
  const doctor = { ...LEO, avatarId: 'e'.repeat(32), name: 'navtalk.Dr. Mia' };
  const known = [mia, linked, making, doctor];
  const { app, log } = await createTestServer({
    console: { folder: cards },
    catalogue: {
      list: async () => [],
      listShown: async () => [mia],
      get: async () => null,
      getAnywhere: async (avatarId) => known.find((avatar) => avatar.avatarId === avatarId) ?? null,
    },
  });
  const read = async (url: string) =>
    (await app.inject({ url, headers: { host: 'talk.example', accept: 'text/html' } })).body;
  const named = '<meta property="og:title" content="Talk with &lt;b&gt;&quot;Mia&quot; &amp; co" />';
  const picture = `http://talk.example/uploadFiles/${mia.pictureFile}`;
  for (const url of [
    `/talk/${encodeURIComponent('<B>"mia" & CO')}`,
    `/talk/${mia.avatarId}`,
    `/?avatar=${encodeURIComponent(mia.name)}&license=sk_secret_key`,
    `/?avatarId=${mia.avatarId}`,
  ]) {
    const body = await read(url);
    expect([url, body.includes(named), body.includes('sk_secret')]).toEqual([url, true, false]);
    expect(body).toContain('<title>&lt;b&gt;&quot;Mia&quot; &amp; co · Visavis</title>');
    expect(body).toContain(`<meta property="og:image" content="${picture}" />`);
    expect(body).toContain('content="&quot;&gt; &lt;script&gt;x"');
    expect(body).toContain(`<meta property="og:url" content="http://talk.example/talk/${mia.avatarId}" />`);
  }
  // The first page is nobody's, but the one it opens with is seen at once.
  const first = await read('/');
  expect(first).toContain('<meta property="og:title" content="Visavis" />');
  expect(first).toContain(`<link rel="preload" as="image" href="/uploadFiles/${mia.pictureFile}"`);
  expect(await read(`/talk/${linked.avatarId}`)).toContain('content="Talk with Nora"');
  expect(await read(`/talk/${doctor.avatarId}`)).toContain('content="Talk with Dr. Mia"');
  for (const url of ['/talk/Nora', `/talk/${making.avatarId}`, `/talk/${'d'.repeat(32)}`]) {
    expect([url, await read(url)]).toEqual([url, page]);
  }
  for (const url of ['//[', '/nothing-here', '/talk/%5B/more']) expect([url, await read(url)]).toEqual([url, page]);
  expect(log.lines).toEqual([]);
  expect(await read('/console/login')).toBe('<title>Console</title>');
  await app.close();
  rmSync(cards, { recursive: true });
});

test('a page waits a moment for its card, and comes without it then', async () => {
  const cards = mkdtempSync(join(tmpdir(), 'visavis-cards-'));
  writeFileSync(join(cards, 'index.html'), '<!-- card --><!-- /card -->');
  const { app } = await createTestServer({
    console: { folder: cards },
    catalogue: {
      list: async () => [],
      listShown: () => new Promise(() => {}),
      get: async () => null,
      getAnywhere: async () => null,
    },
  });
  const page = await app.inject({ url: '/', headers: { accept: 'text/html' } });
  expect([page.statusCode, page.body]).toEqual([200, '<!-- card --><!-- /card -->']);
  await app.close();
  rmSync(cards, { recursive: true });
});

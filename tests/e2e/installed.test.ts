import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { PACKAGES } from '../../tools/build-packages/build.ts';
import { packAll, packServer, type Tarball } from '../../tools/build-packages/pack.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { EmptyProject } from '../support/empty-project.ts';
import { findNodes } from '../support/other-nodes.ts';
import { startServer } from '../support/server-process.ts';

const CALL_PAGE = join(import.meta.dirname, '../fixtures/packages/call-page.html');
const executablePath = findChromium();
const nodes = findNodes();
const LAUNCHER = 'node_modules/visavis/apps/server/dist/launcher.js';

/** What the tarball of the server is for; a file of another kind, or elsewhere, does not belong into it. */
const BELONGS = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|docs\/(licences\.md|third-party-licences\.txt))$/,
  /^apps\/server\/dist\/([\w-]+\/)*[\w-]+\.js$/,
  /^apps\/server\/dist\/db\/migrations\/([\w-]+\.sql|meta\/_journal\.json)$/,
  /^apps\/server\/dist\/http\/reference\/browser\/reference\.css$/,
  /^apps\/console\/dist\/((assets|embed)\/)?[\w.-]+\.(js|css|html|svg|txt|png|ico|webmanifest)(\.br|\.gz)?$/,
  /^docs\/\.vitepress\/dist\/([\w-]+\/)*[@\w.-]+\.(js|json|css|html|svg|jpg|png|webp|woff2|xml|txt)(\.br|\.gz)?$/,
  /^avatars\/(index\.json|\w+\/([\w-]+\/)?[\w-]+\.(webp|png|json|mp4))$/,
];

/** The product as npm would publish it, in a folder that has nothing of this repository. */
describe.skipIf(executablePath === null)('the installed product', () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-product-'));
  let project: EmptyProject;
  let tarball: Tarball;

  beforeAll(async () => {
    const packages = await packAll(PACKAGES, folder);
    tarball = await packServer(folder);
    const byName = Object.fromEntries(PACKAGES.map((name, index) => [`@visavis/${name}`, packages[index]?.path ?? '']));
    project = await EmptyProject.install({ ...byName, visavis: tarball.path }, []);
  }, 900_000);

  afterAll(() => {
    project?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is what it needs to run, with its licences, and nothing else', () => {
    const own = project.path('node_modules/visavis');
    const files = readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(own.length + 1))
      .filter((file) => !file.startsWith('node_modules'));
    expect(files.filter((file) => !BELONGS.some((kind) => kind.test(file)))).toEqual([]);
    expect(files.filter((file) => /\.test\.|testing|fixture|test-double|conformance/.test(file))).toEqual([]);
    expect(files.length).toBe(tarball.files);
    const read = (path: string) => readFileSync(join(own, path), 'utf8');
    expect(read('LICENSE')).toContain('Apache License');
    expect(read('docs/licences.md')).toContain('## What each workspace needs');
    expect(read('apps/console/dist/third-party-licences.txt')).toContain('react-dom');
    expect(read('docs/third-party-licences.txt')).toContain('======== vitepress ');
    expect(tarball.bytes).toBeLessThan(30_000_000);
  });

  it('has a command line that npx finds', async () => {
    const { version } = JSON.parse(project.read('node_modules/visavis/package.json')) as { version: string };
    expect((await project.npx(['visavis', '--version'])).trim()).toBe(version);
    expect(await project.npx(['visavis', 'start', '--help'])).toContain('--data-dir');
  });

  it.each([...nodes])('in Node %s: reads its command line, itself or in the Node that it brings', async (_, node) => {
    expect(await project.run(node, [LAUNCHER, 'face', '--help'])).toContain('visavis face make');
  });

  it('makes a face from a photo', async () => {
    writeFileSync(project.path('photo.jpg'), await jpegOf(await avatarPhoto('marcus')));
    await project.npx(['visavis', 'face', 'make', 'photo.jpg', '-o', 'my-avatar']);
    expect(JSON.parse(project.read('my-avatar/manifest.json'))).toMatchObject({ id: 'photo' });
  });

  it('runs, in the oldest Node, on a new data folder: it talks with sound and picture, and SIGTERM ends it', async () => {
    const [oldest = process.execPath] = [...nodes].sort(byRelease).map(([, path]) => path);
    const dataDir = mkdtempSync(join(tmpdir(), 'visavis-product-data-'));
    const program = { path: oldest, arguments: [LAUNCHER, 'start'], folder: project.folder };
    const server = await startServer({ DATA_DIR: dataDir, PREPARE_AVATARS: 'true' }, program);
    let code: number | null = null;
    const page = await serveInstalledSdk();
    const browser = await launchChromium(executablePath ?? '');
    try {
      await talk(await browser.newPage(), `${page.url}?host=${server.url}&license=${server.license}`);
      for (const path of ['/', '/console', '/docs/', '/reference', '/embed/visavis.js', '/openapi.json']) {
        expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
      }
    } finally {
      await browser.close();
      page.close();
      code = await server.stop();
    }
    expect(code).toBe(0);
    expect(server.output()).toContain('Closed');
  });

  /** Somebody's own page, with the installed SDK beside it. */
  async function serveInstalledSdk(): Promise<{ readonly url: string; close(): void }> {
    const files = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://page').pathname.slice(1);
      const isScript = /^[\w-]+\.js$/.test(name);
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      const path = isScript ? project.path('node_modules/@visavis/sdk/dist/browser', name) : CALL_PAGE;
      response.end(readFileSync(path));
    });
    await once(files.listen(0, '127.0.0.1'), 'listening');
    const { port } = files.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/`, close: () => files.close() };
  }
});

async function talk(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const told = (expression: string) => page.evaluate(`told.${expression}`);
  await expect.poll(() => told('problem ?? told.state'), { timeout: 60_000 }).toBe('connected');
  await expect.poll(() => told('loudest'), { timeout: 60_000 }).toBeGreaterThan(0.02);
  await expect.poll(() => told('pictures'), { timeout: 60_000 }).toBeGreaterThan(25);
  await expect.poll(() => told('said')).not.toBe('');
  await page.evaluate('hangUp()');
}

function byRelease([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, copy, startedFiles } from './compile.ts';
import { built, type Manifest, packedManifest, publicEntries } from './manifest.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The oldest Node that runs the packages, and browsers of its time. */
const NODE = 'node20.19';
const BROWSERS = 'es2022';

export const PACKAGES = ['protocol', 'sdk', 'media', 'face'] as const;
export type PackageName = (typeof PACKAGES)[number];
/** Packages that only Node runs. */
const IN_NODE: ReadonlySet<PackageName> = new Set(['media', 'face']);

/** Where the browser's file of the SDK is, with all that it needs inside. */
const BROWSER_FILE = './dist/browser/visavis-sdk.js';
const RECORDER = 'recorder-worklet.js';

/** Files beside the code that it reads; tests bring theirs. JSON is bundled. */
const NOT_CARRIED = /\.(ts|json)$|\/testing\//;

/** Builds a package into `folder` as npm is to pack it: `dist`, manifest, readme and licence. */
export async function buildPackage(name: PackageName, folder: string): Promise<void> {
  const source = join(ROOT, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = [...Object.values(manifest.bin ?? {}), ...startedFiles(source)];
  const entries = [...publicEntries(manifest).map(([, path]) => path), ...started];
  await compile({
    cwd: source,
    entry: [...new Set(entries.filter((path) => path.endsWith('.ts')).map((path) => path.replace('./', '')))],
    outDir: join(folder, 'dist'),
    target: NODE,
    platform: IN_NODE.has(name) ? 'node' : 'neutral',
    // An entry of its own may be for Node alone, in a package that is for pages, too.
    deps: { neverBundle: [/^node:/] },
    dts: true,
    unbundle: true,
  });
  for (const file of globSync('src/**/*.*', { cwd: source })) {
    if (!NOT_CARRIED.test(file)) copy(join(source, file), join(folder, built(`./${file}`)));
  }
  const isSdk = name === 'sdk';
  if (isSdk) await buildForBrowsers(source, folder);
  const more = isSdk ? { './browser': { types: './dist/index.d.ts', default: BROWSER_FILE } } : {};
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packedManifest(manifest, more), null, 2)}\n`);
  cpSync(join(source, 'README.md'), join(folder, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}

/** One small file for pages without a bundler, with the recorder beside it. */
async function buildForBrowsers(source: string, folder: string): Promise<void> {
  const output = join(folder, dirname(BROWSER_FILE));
  await compile({
    cwd: source,
    entry: { 'visavis-sdk': 'src/index.ts' },
    outDir: output,
    target: BROWSERS,
    platform: 'browser',
    dts: false,
    minify: true,
    deps: { alwaysBundle: [/^@visavis\//] },
  });
  copy(join(source, 'src', RECORDER), join(output, RECORDER));
}

import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGES } from '../../tools/build-packages/build.ts';
import type { Manifest } from '../../tools/build-packages/manifest.ts';
import { packAll } from '../../tools/build-packages/pack.ts';
import { EmptyProject } from '../support/empty-project.ts';
import { findNodes } from '../support/other-nodes.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'tests/fixtures/packages');
const LARGEST_BROWSER_BYTES = 20_000;
/** What only Node has. */
const NODE_CODE = /\bnode:|\brequire\(|\bprocess\.(env|versions|platform)|\bBuffer\./;

const gzipBytes = (code: string): number => gzipSync(code, { level: 9 }).byteLength;

/** The tarballs that would be published, in a project that has nothing of this repository. */
describe('the packed packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-packages-'));
  let project: EmptyProject;

  beforeAll(async () => {
    const tarballs = await packAll(PACKAGES, folder);
    const byName = Object.fromEntries(PACKAGES.map((name, index) => [`@visavis/${name}`, tarballs[index]?.path ?? '']));
    project = await EmptyProject.install(byName, ['react', '@types/react', '@types/node']);
  }, 180_000);

  afterAll(() => {
    project?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const manifestOf = (name: string): Manifest =>
    JSON.parse(project.read(`node_modules/@visavis/${name}/package.json`)) as Manifest;

  const fixture = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');

  async function faultsOfTypes(file: string, text: string, compilerOptions: object): Promise<string[]> {
    project.write(file, text);
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const told = await project.run(process.execPath, [tsc, '-p', 'tsconfig.json', '--pretty', 'false']).catch(String);
    return told.split('\n').filter((line) => line !== '');
  }

  it.each(PACKAGES)('%s brings what its manifest names, its licence and a readme, and no source or test', (name) => {
    const manifest = manifestOf(name);
    const own = project.path('node_modules/@visavis', name);
    const files = globSync('**/*.*', { cwd: own });
    const named = JSON.stringify([manifest.exports, manifest.bin ?? {}, manifest.sideEffects]).match(
      /\.\/dist\/[^"]+/g,
    );
    expect(named?.length).toBeGreaterThan(2);
    expect(named?.filter((path) => !files.includes(path.slice(2)))).toEqual([]);
    expect(files.filter((file) => /(?<!\.d)\.ts$|\.test\.|testing|fixture/.test(file))).toEqual([]);
    expect(manifest).toMatchObject({ license: 'Apache-2.0', engines: { node: '>=20.19.0' }, files: ['dist'] });
    expect(manifest.scripts ?? manifest.private).toBeUndefined();
    expect(readFileSync(join(own, 'LICENSE'), 'utf8')).toContain('Apache License');
    expect(readFileSync(join(own, 'README.md'), 'utf8')).toContain(`# @visavis/${name}`);
    // Files that are read or started by their address are there too.
    const addressed = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) =>
        [...readFileSync(join(own, file), 'utf8').matchAll(/new URL\(["'](\.\/[^"']+)["'], import\.meta\.url\)/g)].map(
          ([, path]) => join(file, '..', path ?? ''),
        ),
      );
    expect(addressed.filter((path) => !files.includes(path))).toEqual([]);
    if (name === 'sdk' || name === 'media') expect(addressed.length).toBeGreaterThan(0);
  });

  it('what makes faces alone brings networks that see, and reading of HEIC and BMP', () => {
    const seeing = /tensorflow|human|libheif|bmp/;
    const bringSome = PACKAGES.filter((name) =>
      Object.keys(manifestOf(name).dependencies ?? {}).some((one) => seeing.test(one)),
    );
    expect(bringSome).toEqual(['face']);
    expect(Object.keys(manifestOf('media').dependencies ?? {})).not.toContain('@visavis/face');
  });

  it.each([...findNodes()])(
    'run in Node %s: every entry is imported, and the command line says what it does',
    async (_, node) => {
      project.write('every-entry.mjs', fixture('every-entry.mjs'));
      const { counts, spokenBytes } = JSON.parse(await project.run(node, ['every-entry.mjs'])) as {
        counts: Record<string, number>;
        spokenBytes: number;
      };
      expect(counts).toMatchObject({ '@visavis/sdk': expect.any(Number), '@visavis/face': expect.any(Number) });
      const empty = Object.keys(counts).filter((name) => counts[name] === 0);
      // Types alone.
      expect(empty).toEqual(['@visavis/media', '@visavis/media/session-events']);
      expect(spokenBytes).toBeGreaterThan(10_000);
      expect(await project.run(node, ['node_modules/.bin/visavis-face', '--help'])).toContain('visavis face make');
    },
  );

  it.each([
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ])('have complete types for moduleResolution %s', async (moduleResolution, module) => {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      jsx: 'react-jsx',
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
    };
    const inBrowsers = { ...compilerOptions, lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] };
    expect(await faultsOfTypes('every-type.tsx', fixture('every-type.tsx'), inBrowsers)).toEqual([]);
    const entries = ['media', 'face'].flatMap((name) =>
      Object.entries(manifestOf(name).exports).flatMap(([entry, files]) =>
        typeof files === 'string' ? [] : [`@visavis/${name}${entry.slice(1)}`],
      ),
    );
    const imports = entries.map((entry, index) => `import type * as entry${index} from '${entry}';`);
    const inNode = { ...compilerOptions, lib: ['ES2023'], types: ['node'] };
    const inPlace = await faultsOfTypes('node-types.ts', `${imports.join('\n')}\nexport {};\n`, inNode);
    // Packages of others that they build on contradict each other.
    expect(inPlace.filter((line) => /@visavis|node-types/.test(line))).toEqual([]);
  });

  it('the SDK is under 20 KB for a browser, by its own file and by Vite, and no code of Node is in it', async () => {
    const file = 'node_modules/@visavis/sdk/dist/browser/visavis-sdk.js';
    project.write('main.js', "import { VisavisCall } from '@visavis/sdk';\nglobalThis.call = new VisavisCall({});\n");
    project.write('index.html', '<script type="module" src="/main.js"></script>');
    const { output } = (await build({
      root: project.folder,
      configFile: false,
      logLevel: 'silent',
      build: { target: 'es2022', modulePreload: false, assetsInlineLimit: 0 },
    })) as Rolldown.RolldownOutput;
    const scripts = output.flatMap((part) => (part.type === 'chunk' ? [part.code] : []));
    for (const code of [project.read(file), scripts.join('\n')]) {
      expect(code).toContain('realtime.input_audio_buffer.append');
      expect(NODE_CODE.exec(code)).toBeNull();
      expect(gzipBytes(code)).toBeLessThan(LARGEST_BROWSER_BYTES);
    }
    // The recorder stays a file of its own, which a content policy can allow.
    expect(output.map(({ fileName }) => fileName)).toContainEqual(expect.stringMatching(/recorder-worklet.*\.js$/));
    expect(statSync(project.path(file, '../recorder-worklet.js')).size).toBeGreaterThan(500);
  });
});

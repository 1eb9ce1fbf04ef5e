import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALLOWED, type Allowed } from './allowed.ts';
import { findBinaries } from './binaries.ts';
import { openInstalled } from './installed.ts';
import { findFaults, matches } from './judge.ts';
import { type Lockfile, productionPackages } from './lock-packages.ts';
import { updatedReport } from './report.ts';

const LOCK: Lockfile = {
  packages: {
    '': { optionalDependencies: { runtime: '1' } },
    'apps/server': { dependencies: { codec: '1', '@us/media': '1' } },
    'packages/media': { name: '@us/media', dependencies: { inner: '1' }, license: 'Apache-2.0' },
    'node_modules/@us/media': { link: true, resolved: 'packages/media' },
    'node_modules/codec': {
      version: '1.0.0',
      license: 'MIT',
      dependencies: { inner: '2' },
      optionalDependencies: { 'codec-mac': '1' },
      peerDependencies: { peer: '1', luxury: '1' },
      peerDependenciesMeta: { luxury: { optional: true } },
    },
    'node_modules/codec/node_modules/inner': { version: '2.0.0', license: 'ISC' },
    'node_modules/codec-mac': { version: '1.0.0', license: 'MIT' },
    'node_modules/inner': { version: '1.0.0', license: 'MIT' },
    'node_modules/peer': { version: '1.0.0', license: 'MIT' },
    'node_modules/luxury': { version: '1.0.0', license: 'GPL-3.0' },
    'node_modules/runtime': { version: '1.0.0', license: 'MIT' },
    'node_modules/test-runner': { version: '1.0.0', license: 'GPL-3.0' },
  },
};
const RULES: Allowed = {
  licences: { MIT: 'permissive', ISC: 'permissive' },
  packages: {},
  binaries: [{ files: 'codec/lib/*.node', licence: 'MIT', holds: 'a codec' }],
};
const PROGRAM = Buffer.from('\x7fELF a native addon');

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavis-licences-'));
  for (const [path, { version, license }] of Object.entries(LOCK.packages)) {
    if (!path.startsWith('node_modules/') || path.endsWith('-mac') || version === undefined) continue;
    await put(`${path}/package.json`, JSON.stringify({ version, license, author: 'Somebody' }));
    await put(`${path}/LICENSE`, 'Permission is hereby granted.');
  }
  await put('node_modules/codec/lib/codec.node', PROGRAM);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

function faults(rules: Allowed = RULES, lock: Lockfile = LOCK): string[] {
  const { look, save } = openInstalled(root, join(root, 'cache.json'));
  const found = findFaults(productionPackages(lock), look, findBinaries(root, new Set(['node_modules'])), rules);
  save();
  return found;
}

function lockWith(path: string, license: string): Lockfile {
  return { packages: { ...LOCK.packages, [path]: { ...LOCK.packages[path], license } } };
}

test('what production needs on any platform is found, and what only development needs is not', () => {
  const found = productionPackages(LOCK).map(({ name, version, workspaces }) => [name, version, workspaces.join(' ')]);
  expect(found).toEqual([
    ['codec', '1.0.0', 'apps/server'],
    ['codec-mac', '1.0.0', 'apps/server'],
    ['inner', '2.0.0', 'apps/server'],
    ['inner', '1.0.0', 'apps/server packages/media'],
    ['peer', '1.0.0', 'apps/server'],
    ['runtime', '1.0.0', ''],
  ]);
  expect(faults()).toEqual([]);
});

test('an unknown licence, and none, are faults, on other platforms too', async () => {
  await put('node_modules/codec/package.json', JSON.stringify({ version: '1.0.0', license: 'GPL-3.0' }));
  expect(faults(RULES, lockWith('node_modules/codec', 'GPL-3.0'))).toEqual([
    'codec 1.0.0 is under GPL-3.0, which is not in the allow-list.',
  ]);
  expect(faults(RULES, lockWith('node_modules/codec-mac', 'SSPL-1.0'))).toContainEqual(
    expect.stringContaining('SSPL-1.0'),
  );
  const { license: _license, ...entry } = LOCK.packages['node_modules/codec-mac']!;
  expect(faults(RULES, { packages: { ...LOCK.packages, 'node_modules/codec-mac': entry } })).toContain(
    'codec-mac 1.0.0 declares no licence.',
  );
});

test('a package that says something else than the lockfile is a fault', async () => {
  await put('node_modules/inner/package.json', JSON.stringify({ version: '1.0.0', license: 'AGPL-3.0' }));
  expect(faults()).toEqual(['inner 1.0.0 says AGPL-3.0 itself, and MIT in package-lock.json.']);
});

test('a missing text of a licence is a fault, unless there is a reason; a reason without need is one too', async () => {
  await rm(join(root, 'node_modules/peer/LICENSE'));
  expect(faults()).toEqual(['peer 1.0.0 comes without the text of its licence.']);
  const excused = { ...RULES, packages: { peer: { withoutText: 'declared' } } };
  expect(faults(excused)).toEqual([]);
  await put('node_modules/peer/LICENSE', 'text');
  expect(faults(excused)).toEqual([expect.stringContaining('need not excuse it')]);
  expect(faults({ ...RULES, packages: { gone: {} } })).toEqual([expect.stringContaining('gone')]);
});

test.each([
  ['a new addon', 'node_modules/codec/bin/other.node', PROGRAM],
  ['a program without an extension', 'node_modules/codec/bin/tool', PROGRAM],
  ['a program for Windows under another name', 'node_modules/codec/tool.dat', Buffer.from('4d5a9000aa', 'hex')],
  ['a shared library with a version', 'node_modules/codec/lib/libx.so.1.2', Buffer.from('x')],
  ['a model', 'node_modules/peer/face.onnx', Buffer.from('x')],
  ['a font in the repository', 'apps/console/public/font.woff2', Buffer.from('x')],
  ['a program inside a script', 'node_modules/peer/index.js', Buffer.from(`${' '.repeat(5000)}"AGFzbQEAAAA="`)],
])('%s is a fault until it is listed', async (_, path, content) => {
  expect(faults()).toEqual([]);
  await put(path, content);
  const shown = path.replace('node_modules/', '');
  expect(faults()).toEqual([`${shown} is a binary that is not in the allow-list.`]);
  const listed = { ...RULES, binaries: [...RULES.binaries, { files: shown, licence: 'MIT', holds: 'a thing' }] };
  expect(faults(listed)).toEqual([]);
});

test.each([
  ['x264', 'x264 - core 165 - H.264/MPEG-4 AVC codec - Copyleft 2003-2025'],
  ['x265', 'x265_api_get_215'],
  ['fdk-aac', 'libfdk_aac'],
  ['FFmpeg with --enable-gpl', "--prefix=/ffbuild --enable-gpl --enable-shared'"],
  ['FFmpeg under the GPL', 'libavcodec license: GPL version 3 or later'],
])('%s inside a binary that is listed as MIT is a fault', async (marker, text) => {
  await put('node_modules/codec/lib/codec.node', Buffer.concat([PROGRAM, Buffer.alloc(100_000), Buffer.from(text)]));
  expect(faults()).toContain(`codec/lib/codec.node is listed as MIT, and has signs of ${marker} inside.`);
});

test('the words of a decoder of H.264 under the LGPL are no sign of x264', async () => {
  await put(
    'node_modules/codec/lib/codec.node',
    Buffer.from('x264 - core %d x264 - core 0000 libavcodec license: LGPL'),
  );
  expect(faults()).toEqual([]);
});

test('what was found before counts only as long as the files are the same', async () => {
  expect(faults()).toEqual([]);
  const path = join(root, 'node_modules/codec/lib/codec.node');
  const sameLength = Buffer.alloc(PROGRAM.length, 0x20);
  sameLength.write('libfdk');
  await writeFile(path, sameLength);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  expect(faults()).toEqual([expect.stringContaining('fdk-aac')]);
});

test('a rule for a file of the repository that is gone is a fault', () => {
  const rules = {
    ...RULES,
    binaries: [...RULES.binaries, { files: 'models/a.bin', licence: 'MIT', holds: '', isOurs: true }],
  };
  expect(faults(rules as Allowed)).toEqual([expect.stringContaining('models/a.bin')]);
});

test('patterns match names as they say', () => {
  expect(matches('@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8', '@img/sharp-libvips-*/lib/**')).toBe(true);
  expect(matches('a/b/c.node', 'a/*.node')).toBe(false);
  expect(matches('axnode', 'a.node')).toBe(false);
});

test('the document keeps what people wrote, and the made part is the same twice', () => {
  const once = updatedReport('# Licences\n\nBy hand.\n', productionPackages(LOCK), ALLOWED);
  expect(once).toContain('By hand.');
  expect(once).toContain('| ISC | 1 | inner 2.0.0 |');
  expect(updatedReport(once, productionPackages(LOCK), ALLOWED)).toBe(once);
});

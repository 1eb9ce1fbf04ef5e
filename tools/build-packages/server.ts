import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole, isConsoleStale } from '../build-console.ts';
import { buildDocs } from '../docs/build.ts';
import { areDocsStale } from '../docs/freshness.ts';
import { compile, copy, startedFiles } from './compile.ts';
import { docsNotices } from './docs-notices.ts';
import { type Manifest, serverManifest } from './manifest.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'apps/server');
/** Where the server's code is in the package: as deep as its sources, so that addresses of what lies beside it hold. */
const CODE = 'apps/server/dist';
/** The oldest Node that runs the server; what npm links must run in the oldest that the packages name, and does without anything new. */
const NODE = 'node22.18';

/** Files that the code reads beside it: how the database comes to be, and the page of the REST interface. */
const READ_FILES = ['src/**/*.sql', 'src/db/migrations/meta/_journal.json', 'src/http/reference/browser/*'];
/** Folders that are the same in the package. */
const SAME_FOLDERS = ['apps/console/dist', 'docs/.vitepress/dist', 'avatars'];

/**
 * Builds the server into `folder` as npm is to pack it: the package `visavis`, which has the folders of the repository with what was built
 * in them. Pages and documentation are built first where they are older than their sources.
 */
export async function buildServer(folder: string): Promise<void> {
  if (isConsoleStale() && !buildConsole()) throw new Error('The console could not be built.');
  if (areDocsStale()) await buildDocs();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const starts = startedFiles(SERVER).map((path) => path.replace('./', ''));
  await compile({
    cwd: SERVER,
    tsconfig: join(ROOT, 'tsconfig.json'),
    entry: ['src/launcher.ts', 'src/cli.ts', ...starts],
    outDir: join(folder, CODE),
    target: NODE,
    platform: 'node',
    dts: false,
    unbundle: true,
  });
  for (const file of globSync(READ_FILES, { cwd: SERVER })) {
    copy(join(SERVER, file), join(folder, CODE, file.replace(/^src[\\/]/, '')));
  }
  for (const name of SAME_FOLDERS) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const manifest = serverManifest(read(SERVER), read(ROOT), `${CODE}/launcher.js`);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, name), join(folder, name));
  cpSync(join(SERVER, 'README.md'), join(folder, 'README.md'));
  cpSync(join(ROOT, 'docs/licences.md'), join(folder, 'docs/licences.md'));
  writeFileSync(join(folder, 'docs/third-party-licences.txt'), docsNotices());
}

function read(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

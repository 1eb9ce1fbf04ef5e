import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const INSTALL = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];

type Lock = { packages: Record<string, { readonly version: string; readonly link?: boolean }> };

/**
 * A project of somebody else, far from this repository, into which npm installs tarballs. What these depend on is taken in the versions of
 * the repository's lock and out of its folder, so that nothing is downloaded; what they name decides which of it is there.
 */
export class EmptyProject {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** `tarballs` by package name; `others` are packages of the repository's lock. */
  static async install(tarballs: Readonly<Record<string, string>>, others: readonly string[]): Promise<EmptyProject> {
    const project = new EmptyProject(mkdtempSync(join(tmpdir(), 'visavis-empty-')));
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    const places = placesOutside(packages);
    const known = [...places].map(([path, here]) => [path, packages[here]]);
    const lock = { lockfileVersion: 3, requires: true, packages: { '': {}, ...Object.fromEntries(known) } };
    const versions = others.map((name) => [name, packages[`node_modules/${name}`]?.version]);
    const files = Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]);
    const dependencies = Object.fromEntries([...versions, ...files]) as Record<string, string>;
    project.write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }));
    project.write('package-lock.json', JSON.stringify(lock));
    await project.npm([...INSTALL, '--package-lock-only']);
    const wanted = JSON.parse(readFileSync(join(project.folder, 'package-lock.json'), 'utf8')) as Lock;
    for (const path of Object.keys(wanted.packages)) {
      const here = join(ROOT, places.get(path) ?? path);
      if (path !== '' && !(path.replace('node_modules/', '') in tarballs) && existsSync(here))
        placeFolder(here, join(project.folder, path));
    }
    await project.npm(INSTALL);
    return project;
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Resolves to what the program prints; rejects with it when the program fails. */
  async run(program: string, args: readonly string[]): Promise<string> {
    // A project of somebody else has nothing of ours in its environment but where programs are.
    const { PATH, HOME } = process.env;
    try {
      const { stdout } = await promisify(execFile)(program, args, { cwd: this.folder, env: { PATH, HOME } });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? error}`);
    }
  }

  /** Starts a program of the packages, as people do. */
  npx(args: readonly string[]): Promise<string> {
    return this.run('npx', ['--no-install', ...args]);
  }

  private npm(args: readonly string[]): Promise<string> {
    return this.run('npm', args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Where a project of its own has the packages of this repository's lock, and where they lie here. Those that npm put into a workspace come up
 * where nothing of the name is in their way; the others of that workspace go below these.
 */
function placesOutside(packages: Lock['packages']): ReadonlyMap<string, string> {
  const paths = Object.keys(packages).filter((path) => packages[path]?.link !== true);
  const places = new Map(paths.filter((path) => path.startsWith('node_modules/')).map((path) => [path, path]));
  const nested = paths.filter((path) => path.startsWith('apps/server/node_modules/'));
  const isFree = (path: string) => !places.has(path.replace('apps/server/', ''));
  const [raised, lowered] = [nested.filter(isFree), nested.filter((path) => !isFree(path))];
  for (const path of raised) {
    const above = path.replace('apps/server/', '');
    places.set(above, path);
    for (const other of lowered) places.set(`${above}/${other.replace('apps/server/', '')}`, other);
  }
  return places;
}

/** Links where the file system can: half a gigabyte is there at once. npm replaces files, it does not write into them. */
function placeFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) placeFolder(source, target);
    else if (entry.isFile()) placeFile(source, target);
  }
}

function placeFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

import { constants, copyFileSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type UserConfig } from 'tsdown';

/** A file of its own that is started by its address: `new URL('./mouth-worker.ts', import.meta.url)`. */
const STARTED_FILE = /new URL\('(\.\/[\w-]+)\.ts', import\.meta\.url\)/g;

/** Builds what is in `cwd`, with the project's own settings; files that are started by their address get that of what was built of them. */
export async function compile(config: UserConfig & { readonly cwd: string }): Promise<void> {
  await build({
    config: false,
    tsconfig: join(config.cwd, 'tsconfig.json'),
    fixedExtension: false,
    hash: false,
    logLevel: 'warn',
    failOnWarn: true,
    // TypeScript 7 is at hand, whose declarations are the same.
    suppressWarnings: /TypeScript 7\.0 does not yet have a stable API/,
    // How long what takes is of no interest here.
    checks: { pluginTimings: false },
    plugins: [{ name: 'started-files', transform: (code) => code.replaceAll(STARTED_FILE, asBuilt) }],
    ...config,
  });
}

/** Sources below `src` of this folder that are started by their address, from other sources. */
export function startedFiles(folder: string): string[] {
  return globSync('src/**/*.ts', { cwd: folder }).flatMap((file) => {
    if (/\.(test|fixture)\.ts$|\/testing\//.test(file)) return [];
    const code = readFileSync(join(folder, file), 'utf8');
    return [...code.matchAll(STARTED_FILE)].map(([, path]) => `./${join(dirname(file), `${path}.ts`)}`);
  });
}

/** @throws When there is something already: of `page.ts` and `page.js` in one folder, one would be lost. */
export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to, constants.COPYFILE_EXCL);
}

function asBuilt(_match: string, path: string): string {
  return `new URL('${path}.js', import.meta.url)`;
}

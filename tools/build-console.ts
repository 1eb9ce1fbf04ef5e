import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isStale } from './newest-change.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE = 'apps/console';
const OUTPUT = `${ROOT}${CONSOLE}/dist/index.html`;
/** What the console is built from. */
const SOURCES = [
  `${CONSOLE}/src`,
  `${CONSOLE}/public`,
  `${CONSOLE}/index.html`,
  `${CONSOLE}/package.json`,
  `${CONSOLE}/vite.config.ts`,
  `${CONSOLE}/used-styles.ts`,
  'packages/sdk/src',
  'packages/protocol/src',
].map((source) => `${ROOT}${source}`);

/** Whether the built pages are missing or older than their sources. False where there are no sources. */
export function isConsoleStale(): boolean {
  return existsSync(`${ROOT}${CONSOLE}/src`) && isStale(OUTPUT, SOURCES);
}

/** Builds the pages into `apps/console/dist`; false when that failed, which has been said on standard error then. */
export function buildConsole(): boolean {
  const build = spawnSync('npm', ['run', 'build', '--silent', '--workspace', CONSOLE], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return build.status === 0;
}

// Builds the console if its output is missing or older than its sources, then runs the server in this process.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '../apps/server/src/main.ts';

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
];

function newestChangeMs(path: string): number {
  if (!existsSync(path)) return 0;
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
    (newest, name) => Math.max(newest, statSync(`${path}/${name}`).mtimeMs),
    entry.mtimeMs,
  );
}

function isConsoleStale(): boolean {
  if (!existsSync(OUTPUT)) return true;
  const builtAtMs = statSync(OUTPUT).mtimeMs;
  return SOURCES.some((source) => newestChangeMs(`${ROOT}${source}`) > builtAtMs);
}

const asksForHelp = process.argv.includes('--help');
if (!asksForHelp && existsSync(`${ROOT}${CONSOLE}/src`) && isConsoleStale()) {
  console.log('Building the console …');
  const build = spawnSync('npm', ['run', 'build', '--silent', '--workspace', CONSOLE], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (build.status !== 0) console.error('The console could not be built; the server starts without a fresh one.');
}
await main(process.argv.slice(2));

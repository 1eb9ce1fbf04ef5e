import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Builds the pages before the browser tests, so that these meet what the sources say. */
export function setup(): void {
  const build = spawnSync('npm', ['run', 'build', '--silent', '--workspace', 'apps/console'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) throw new Error(`The console could not be built (exit code ${build.status}).`);
}

import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Builds the pages before the browser tests, so that these meet what the sources say; once for all projects of a run. */
export function setup(): void {
  if (process.env.VISAVIS_TEST_PAGES === 'built') return;
  const build = spawnSync('npm', ['run', 'build', '--silent', '--workspace', 'apps/console'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) throw new Error(`The console could not be built (exit code ${build.status}).`);
  process.env.VISAVIS_TEST_PAGES = 'built';
}

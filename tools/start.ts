// Builds the console if its output is missing or older than its sources, runs the server in this process, and then has the
// documentation built beside it, should that be stale: nobody waits for it.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { main } from '../apps/server/src/main.ts';
import { buildConsole, isConsoleStale } from './build-console.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Whether there is anything to build is found out in the other process too: this one has calls to serve. At the lowest priority, so that
 * a call that begins meanwhile does not notice it.
 */
function buildDocsAside(): void {
  const build = spawn(process.execPath, ['tools/docs/main.ts', '--beside-server'], { cwd: ROOT, stdio: 'ignore' });
  const tell = () => console.error('The documentation could not be built: "npm run docs" says why.');
  build.on('error', tell);
  // A fault of its own: one that is told to end has another code.
  build.on('exit', (code) => {
    if (code === 1) tell();
  });
  build.unref();
  process.on('exit', () => build.kill());
  if (build.pid !== undefined) lowerPriority(build.pid);
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system does not allow it; then it keeps its priority.
  }
}

const asksForHelp = process.argv.includes('--help');
if (!asksForHelp && isConsoleStale()) {
  console.log('Building the console …');
  if (!buildConsole()) console.error('The console could not be built; the server starts without a fresh one.');
}
await main(process.argv.slice(2), buildDocsAside);

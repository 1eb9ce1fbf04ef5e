import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childEnvironment } from '../../../core/child-environment.ts';

/** How to start the recogniser on this machine. */
export type RecogniserCommand = { readonly program: string; readonly arguments: readonly string[] };

/** The system's Python first: a distribution installs its modules for that one. */
const PYTHONS = ['/usr/bin/python3', 'python3', 'python'];
const PROBE_LIMIT_MS = 10_000;
const HELPER_PATH = fileURLToPath(new URL('./pocketsphinx-helper.py', import.meta.url));

const run = promisify(execFile);

/** Null where PocketSphinx or its English model is not installed. */
export async function findRecogniser(pythons: readonly string[] = PYTHONS): Promise<RecogniserCommand | null> {
  for (const program of pythons) {
    try {
      await run(program, [HELPER_PATH, '--probe'], { timeout: PROBE_LIMIT_MS, env: childEnvironment() });
      return { program, arguments: [HELPER_PATH] };
    } catch {
      // This Python is missing or lacks the module; the next one may have it.
    }
  }
  return null;
}

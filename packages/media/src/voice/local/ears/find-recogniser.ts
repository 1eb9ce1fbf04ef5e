import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childEnvironment } from '../../../core/child-environment.ts';

/** How to start the recogniser on this machine. */
export type RecogniserCommand = { readonly program: string; readonly arguments: readonly string[] };

/** The system's Python first: a distribution installs its modules for that one. */
const PYTHONS = ['/usr/bin/python3', 'python3', 'python'];
/** Reading the module takes a second; on a machine that is busy many. */
const PROBE_LIMIT_MS = 20_000;
const HELPER_PATH = fileURLToPath(new URL('./pocketsphinx-helper.py', import.meta.url));

const run = promisify(execFile);

/**
 * Null where PocketSphinx or its English model is not installed. One that is only slow to say so is taken to be there: what is not
 * found now is held for missing as long as this process lives.
 */
export async function findRecogniser(
  pythons: readonly string[] = PYTHONS,
  limitMs = PROBE_LIMIT_MS,
): Promise<RecogniserCommand | null> {
  for (const program of pythons) {
    try {
      await run(program, [HELPER_PATH, '--probe'], { timeout: limitMs, env: childEnvironment() });
      return { program, arguments: [HELPER_PATH] };
    } catch (error) {
      const isSlow = error instanceof Error && 'killed' in error && error.killed === true;
      if (isSlow) return { program, arguments: [HELPER_PATH] };
      // This Python is missing or lacks the module; the next one may have it.
    }
  }
  return null;
}

import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** The releases that the packages name, each at its lowest. */
const NAMED = ['v20.19.', 'v22.', 'v24.'];

/**
 * Programs of the Node releases that the packages are for, by version: this one, and those that `VISAVIS_TEST_NODES` lists. In continuous
 * integration a missing one is an error.
 */
export function findNodes(): ReadonlyMap<string, string> {
  const listed = process.env.VISAVIS_TEST_NODES?.split(delimiter).filter((path) => path !== '') ?? [];
  const nodes = new Map(
    [process.execPath, ...listed].map((path) => [execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(), path]),
  );
  const missing = NAMED.filter((release) => ![...nodes.keys()].some((version) => version.startsWith(release)));
  if (missing.length === 0) return nodes;
  const words = `Node ${missing.join(', ')} (name the programs in VISAVIS_TEST_NODES, see .ci/run)`;
  if (process.env.CI !== undefined) throw new Error(`Missing: ${words}.`);
  console.warn(`SKIPPED: the packages in ${words}.`);
  return nodes;
}

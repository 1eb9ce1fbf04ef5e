// Checks what the product is made of against the allow-list beside this file, and that docs/licences.md and the notices that
// go out with the pages say so. `--write` writes both anew. Exit code 1 when anything is not as it should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOWED } from './allowed.ts';
import { findBinaries } from './binaries.ts';
import { openInstalled } from './installed.ts';
import { findFaults } from './judge.ts';
import { type Lockfile, productionPackages } from './lock-packages.ts';
import { bundledNotices, updatedReport } from './report.ts';

const root = join(import.meta.dirname, '../..');
const REPORT = 'docs/licences.md';
const NOTICES = 'apps/console/public/third-party-licences.txt';
/** Folders that belong to no release: installed packages are looked at one by one, the others are made here. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'coverage', 'test-output', 'data']);

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}

const packages = productionPackages(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile);
const { look, save } = openInstalled(root, join(root, 'node_modules/.cache/visavis/licences.json'));
const faults = findFaults(packages, look, findBinaries(root, NOT_OURS), ALLOWED);
const bundled = packages.filter(({ workspaces }) => workspaces.includes('apps/console'));
const wanted = new Map([
  [REPORT, updatedReport(readOr(join(root, REPORT), '# Licences\n'), packages, ALLOWED)],
  [NOTICES, bundledNotices(root, bundled, look, ALLOWED)],
]);
save();
for (const [path, text] of wanted) {
  if (process.argv.includes('--write')) writeFileSync(join(root, path), text);
  else if (readOr(join(root, path), '') !== text) {
    faults.push(`${path} is not up to date: run node tools/licences/main.ts --write.`);
  }
}
for (const fault of faults) console.log(fault);
if (faults.length > 0) console.log('What is right belongs into tools/licences/allowed.ts, with a reason.');
process.exitCode = faults.length === 0 ? 0 : 1;

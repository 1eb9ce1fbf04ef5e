import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { productionFiles } from './regular-expressions/find-expressions.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What starts a process or a thread, from the call's name to the end of its statement. */
const START =
  /(?:(?<!\.)\b(?:fork|spawn|spawnSync|exec|execSync|execFile|execFileSync)|\bnew Worker|\bawait run)\([^;]*;/g;
const STARTERS = /from 'node:(?:child_process|worker_threads)'/;
const OWN_LIST = /\benv: (?:(?:child|bare)Environment\(|\{\})/;
/** Starts the server itself, in another Node: its settings are in these variables. */
const LAUNCHER = 'apps/server/src/launcher.ts';

test('every process and thread that is started gets a short list of variables, not ours', () => {
  const starts = productionFiles(ROOT).flatMap((file) => {
    if (file === LAUNCHER) return [];
    const text = readFileSync(`${ROOT}/${file}`, 'utf8');
    if (!STARTERS.test(text)) return [];
    return [...text.matchAll(START)].map(([statement]) => ({ file, isBounded: OWN_LIST.test(statement) }));
  });
  expect(starts.length).toBeGreaterThanOrEqual(5);
  expect(starts.filter(({ isBounded }) => !isBounded)).toEqual([]);
});

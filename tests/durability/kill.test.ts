import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';

const KILLS = 100;
/** Of ten rounds, so many are killed at some moment of their start, recovery included. */
const START_KILLS_OF_TEN = 2;
/** Far above any start, also on a starved machine: a round that needs it is stuck. */
const ROUND_LIMIT_MS = 5 * 60_000;

/** Most of a writer's start is compiling the same files again. */
const compileCache = join(tmpdir(), 'visavis-compile-cache');
const writerPath = fileURLToPath(new URL('./writer.ts', import.meta.url));

type Round = {
  readonly found: ReadonlySet<string> | null;
  readonly acknowledged: readonly string[];
  readonly trouble: string;
};

/** Runs one writer and kills it `killAfterMs` after its start, or after it could write, when `ofWriting`. */
function runRound(dataDir: string, kill: { afterMs: number; ofWriting: boolean } | null): Promise<Round> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [writerPath, dataDir, kill ? 'endless' : 'once'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    let found: Set<string> | null = null;
    let trouble = '';
    const acknowledged: string[] = [];
    const giveUp = (): void => {
      trouble += `stuck: still there after ${ROUND_LIMIT_MS} ms`;
      child.kill('SIGKILL');
    };
    const timers = [setTimeout(giveUp, ROUND_LIMIT_MS)];
    const killSoon = (afterMs: number) => timers.push(setTimeout(() => child.kill('SIGKILL'), afterMs));
    if (kill && !kill.ofWriting) killSoon(kill.afterMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ACK ')) acknowledged.push(line.slice('ACK '.length));
      else if (line.startsWith('FOUND ')) {
        found = new Set(JSON.parse(line.slice('FOUND '.length)) as string[]);
        if (kill?.ofWriting) killSoon(kill.afterMs);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      trouble += chunk.toString();
    });
    child.on('close', () => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ found, acknowledged, trouble });
    });
  });
}

test(`nothing acknowledged is missing after ${KILLS} kills at random moments`, { timeout: 45 * 60_000 }, async () => {
  const dataDir = await newDataDir();
  const acknowledged = new Set<string>();
  let checkedRounds = 0;
  const check = ({ found, trouble }: Round): void => {
    expect(trouble).toBe('');
    if (!found) return;
    checkedRounds += 1;
    const facts: ReadonlySet<string> = found;
    expect([...acknowledged].filter((fact) => !facts.has(fact))).toEqual([]);
  };
  for (let round = 0; round < KILLS; round += 1) {
    const ofWriting = round % 10 >= START_KILLS_OF_TEN;
    const result = await runRound(dataDir, { afterMs: Math.random() * (ofWriting ? 400 : 1_500), ofWriting });
    check(result);
    for (const fact of result.acknowledged) acknowledged.add(fact);
  }
  const last = await runRound(dataDir, null);
  check(last);
  expect(last.found).not.toBeNull();
  expect(checkedRounds).toBeGreaterThan((KILLS * (10 - START_KILLS_OF_TEN)) / 10);
  expect(acknowledged.size).toBeGreaterThan(KILLS * 10);
  console.log(`${KILLS} kills: ${acknowledged.size} facts acknowledged, 0 missing`);
  rmSync(dataDir, { recursive: true, force: true });
});

test('a first start that is killed leaves a folder that starts', { timeout: 5 * 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'visavis-data-'));
  for (const afterMs of [1_500, 3_000, 4_500]) {
    const killed = await runRound(dataDir, { afterMs, ofWriting: false });
    expect(killed.trouble).toBe('');
  }
  const last = await runRound(dataDir, null);
  expect(last.trouble).toBe('');
  expect(last.found).not.toBeNull();
  rmSync(dataDir, { recursive: true, force: true });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';
import { Acknowledged, bundleWriter, type Kill, runRound, type Writer } from './kill-round.ts';

const KILLS = 100;
/** Of ten rounds, so many are killed at some moment of their start, recovery included. */
const START_KILLS_OF_TEN = 2;

let writer: Writer;
beforeAll(async () => {
  writer = await bundleWriter();
});
afterAll(() => writer?.remove());

const run = (dataDir: string, kill: Kill | null) => runRound(dataDir, kill, writer.path);

test(`nothing acknowledged is missing after ${KILLS} kills at random moments`, { timeout: 45 * 60_000 }, async () => {
  const dataDir = await newDataDir();
  const acknowledged = new Acknowledged();
  for (let round = 0; round < KILLS; round += 1) {
    const ofWriting = round % 10 >= START_KILLS_OF_TEN;
    const kill: Kill = ofWriting
      ? { ofWriting, afterFacts: Math.floor(Math.random() * 80), afterMs: Math.random() * 20 }
      : { ofWriting, afterMs: Math.random() * 1_500 };
    const result = await run(dataDir, kill);
    expect(result.trouble).toBe('');
    expect(acknowledged.add(result).missing).toEqual([]);
  }
  const last = await run(dataDir, null);
  expect(last.trouble).toBe('');
  expect(last.found).not.toBeNull();
  expect(acknowledged.add(last).missing).toEqual([]);
  expect(acknowledged.checkedRounds).toBeGreaterThan((KILLS * (10 - START_KILLS_OF_TEN)) / 10);
  expect(acknowledged.facts.size).toBeGreaterThan(KILLS * 10);
  console.log(`${KILLS} kills: ${acknowledged.facts.size} facts acknowledged, 0 missing`);
  rmSync(dataDir, { recursive: true, force: true });
});

test('a first start that is killed leaves a folder that starts', { timeout: 5 * 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'visavis-data-'));
  for (const afterMs of [1_500, 3_000, 4_500]) {
    const killed = await run(dataDir, { afterMs, ofWriting: false });
    expect(killed.trouble).toBe('');
  }
  const last = await run(dataDir, null);
  expect(last.trouble).toBe('');
  expect(last.found).not.toBeNull();
  rmSync(dataDir, { recursive: true, force: true });
});

test('an engine that was killed before it had written its process id leaves a folder that starts', async () => {
  const dataDir = await newDataDir();
  const processIdPath = join(dataDir, 'database', 'pgdata', 'postmaster.pid');
  const killed = await run(dataDir, { afterMs: 0, ofWriting: true, afterFacts: 20 });
  expect(killed.trouble).toBe('');
  expect(existsSync(processIdPath)).toBe(true);
  writeFileSync(processIdPath, '');
  const next = await run(dataDir, null);
  expect(next.trouble).toBe('');
  expect(killed.acknowledged.every((fact) => next.found?.has(fact))).toBe(true);
  expect(killed.acknowledged.length).toBeGreaterThan(0);
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

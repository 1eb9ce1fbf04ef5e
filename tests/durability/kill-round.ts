import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Far above any start, also on a starved machine: a round that needs it is stuck. */
const ROUND_LIMIT_MS = 5 * 60_000;

/** Most of a writer's start is compiling the same files again. */
const compileCache = join(tmpdir(), 'visavis-compile-cache');
const writerPath = fileURLToPath(new URL('./writer.ts', import.meta.url));

export type Round = {
  /** What the writer found at its start; null when it was killed before it could tell. */
  readonly found: ReadonlySet<string> | null;
  readonly acknowledged: readonly string[];
  readonly trouble: string;
};

/**
 * The writer as one file, which starts in a tenth of the time; for PostgreSQL only, since the embedded database loads files
 * of its own. `remove` takes it away.
 */
export async function bundleWriter(): Promise<{ readonly path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-writer-'));
  const path = join(folder, 'writer.mjs');
  const bundle = await rolldown({ input: writerPath, platform: 'node', external: ['pg-native'], logLevel: 'silent' });
  await bundle.write({ file: path, format: 'esm' });
  await bundle.close();
  symlinkSync(
    fileURLToPath(new URL('../../apps/server/src/db/migrations', import.meta.url)),
    join(folder, 'migrations'),
  );
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export type Kill = {
  readonly afterMs: number;
  /** Counted from the moment when the writer can write, not from its start. */
  readonly ofWriting: boolean;
  /** What dies before the writer does; default: nothing else. */
  readonly also?: () => void;
};

/** Runs one writer on a data folder or a `postgres://` address and kills it; `null` lets it only look and end. */
export function runRound(target: string, kill: Kill | null, program = writerPath): Promise<Round> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, target, kill ? 'endless' : 'once'], {
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
    const die = (): void => {
      kill?.also?.();
      child.kill('SIGKILL');
    };
    const killSoon = (afterMs: number) => timers.push(setTimeout(die, afterMs));
    if (kill && !kill.ofWriting) killSoon(kill.afterMs);
    const take = (line: string): void => {
      if (line.startsWith('ACK ')) acknowledged.push(line.slice('ACK '.length));
      else if (line.startsWith('FOUND ')) {
        found = new Set(JSON.parse(line.slice('FOUND '.length)) as string[]);
        if (kill?.ofWriting) killSoon(kill.afterMs);
      }
    };
    let begun = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (begun + text).split('\n');
      // A writer that is killed while it prints says nothing with the line it began.
      begun = lines.pop() ?? '';
      for (const line of lines) take(line);
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

/** Keeps what was acknowledged so far, and tells what of it a round did not find. */
export class Acknowledged {
  readonly facts = new Set<string>();
  checkedRounds = 0;

  add({ found, acknowledged }: Round): { readonly missing: readonly string[] } {
    const missing = found === null ? [] : [...this.facts].filter((fact) => !found.has(fact));
    if (found !== null) this.checkedRounds += 1;
    for (const fact of acknowledged) this.facts.add(fact);
    return { missing };
  }
}

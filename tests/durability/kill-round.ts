import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Far above any start, also on a starved machine: a round that needs it is stuck. */
const ROUND_LIMIT_MS = 5 * 60_000;

/** A third of a writer's work would be to optimise the code of an engine that lives for a second. */
const UNOPTIMISED = '--liftoff-only';
/** Most of a writer's start is compiling the same files again. */
const compileCache = join(tmpdir(), 'visavis-compile-cache');
const DB = '../../apps/server/src/db';

export type Round = {
  /** What the writer found at its start; null when it was killed before it could tell. */
  readonly found: ReadonlySet<string> | null;
  readonly acknowledged: readonly string[];
  readonly trouble: string;
};

export type Writer = { readonly path: string; remove(): void };

/**
 * The writer, and the thread of its embedded database, as a file each: they start in half the time. The engine itself stays the
 * package, which loads files of its own.
 */
export async function bundleWriter(): Promise<Writer> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-writer-'));
  const bundle = await rolldown({
    input: { writer: fromHere('./writer.ts'), 'database-thread': fromHere(`${DB}/embedded/database-thread.ts`) },
    platform: 'node',
    external: ['pg-native', /^@electric-sql\//],
    logLevel: 'silent',
  });
  // The server asks for its thread by the name of the source.
  const entryFileNames = ({ name }: { name: string }): string => (name === 'writer' ? 'writer.js' : `${name}.ts`);
  await bundle.write({ dir: folder, format: 'esm', entryFileNames });
  await bundle.close();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(fromHere(`${DB}/migrations`), join(folder, 'migrations'));
  symlinkSync(fromHere('../../node_modules'), join(folder, 'node_modules'));
  return { path: join(folder, 'writer.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function fromHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export type Kill = {
  readonly afterMs: number;
  /** Counted from the moment when the writer can write, not from its start. */
  readonly ofWriting: boolean;
  /** The time counts from the acknowledgement of so many facts, however quick the machine writes; default 0. */
  readonly afterFacts?: number;
  /** What dies before the writer does; default: nothing else. */
  readonly also?: () => void;
};

/** Runs one writer on a data folder or a `postgres://` address and kills it; `null` lets it only look and end. */
export function runRound(target: string, kill: Kill | null, program: string): Promise<Round> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [UNOPTIMISED, program, target, kill ? 'endless' : 'once'], {
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
      else if (line.startsWith('FOUND ')) found = new Set(JSON.parse(line.slice('FOUND '.length)) as string[]);
      else return;
      if (kill?.ofWriting && acknowledged.length === (kill.afterFacts ?? 0)) killSoon(kill.afterMs);
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

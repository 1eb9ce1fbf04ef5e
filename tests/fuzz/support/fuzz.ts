import { createHash, randomInt } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { seededRandom } from '@visavis/protocol/testing';

const SEEDS = path.resolve(import.meta.dirname, '../seeds');
export const ROUNDS = 10_000;

export type FuzzTarget = {
  /** Name of the wire, and of the folder of the inputs that once failed. */
  readonly wire: string;
  /** Whole and valid messages. */
  readonly corpus: readonly Uint8Array[];
  readonly mutate: (input: Uint8Array, random: () => number) => Uint8Array;
  /** Throws, or rejects, when the input did harm. */
  readonly feed: (input: Uint8Array) => void | Promise<void>;
  readonly rounds?: number;
};

/**
 * Feeds a wire with what it never should get: first every input that once did harm, then mutations of a corpus, one to four
 * times damaged. The seed is printed; `FUZZ_SEED` repeats a run. An input that does harm is kept under `tests/fuzz/seeds/`, to
 * be committed with the mend.
 */
export async function fuzz({ wire, corpus, mutate, feed, rounds = ROUNDS }: FuzzTarget): Promise<void> {
  const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
  console.log(`fuzzing ${wire}: ${rounds} inputs, FUZZ_SEED=${seed}`);
  for (const input of await kept(wire)) await feedOrKeep(wire, input, feed, seed);
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round += 1) {
    let input = corpus[round % corpus.length] ?? new Uint8Array();
    for (let damages = Math.ceil(4 * random() ** 3); damages > 0; damages -= 1) input = mutate(input, random);
    await feedOrKeep(wire, input, feed, seed);
  }
}

async function kept(wire: string): Promise<Uint8Array[]> {
  const names = await readdir(path.join(SEEDS, wire)).catch(() => []);
  return Promise.all(names.sort().map((name) => readFile(path.join(SEEDS, wire, name))));
}

async function feedOrKeep(wire: string, input: Uint8Array, feed: FuzzTarget['feed'], seed: number): Promise<void> {
  try {
    const feeding = feed(input);
    if (feeding !== undefined) await feeding;
  } catch (error) {
    const file = path.join(SEEDS, wire, createHash('sha256').update(input).digest('hex').slice(0, 16));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, input);
    throw new Error(`${wire} was harmed by the input that is kept as ${file} (FUZZ_SEED=${seed})`, { cause: error });
  }
}

/** For corpora of text. */
export function textMutation(mutate: (text: string, random: () => number) => string): FuzzTarget['mutate'] {
  return (input, random) => Buffer.from(mutate(Buffer.from(input).toString('utf8'), random));
}

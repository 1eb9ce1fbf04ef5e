import { readdir, readFile } from 'node:fs/promises';
import type { TestServer } from './server-process.ts';

/** Processes (Linux) that make something, whose command lines hold all of these words, like the data folder of their server. */
export async function processesOf(...words: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (words.every((word) => command.includes(word))) found.push(Number(name));
  }
  return found;
}

/** Children (Linux) of a process, whose command lines hold this word. */
export async function childrenOf(parent: number | undefined, word: string): Promise<number[]> {
  const listed = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  const makers = await processesOf(word);
  return listed
    .split(' ')
    .map(Number)
    .filter((pid) => makers.includes(pid));
}

/** As a crash would end it. */
export async function killServer({ child }: Pick<TestServer, 'child'>): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

import { nearestName } from './nearest-name.ts';

/** As a shell sees them; `visavis face` has one more, which its help names. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What the first word of the command line may be. */
export type Command = {
  readonly name: string;
  /** Other words for the same. */
  readonly aliases?: readonly string[];
  /** Lines of the list of all commands: what follows `visavis`, and what it does. */
  readonly lines: readonly (readonly [usage: string, summary: string])[];
  /** Resolves to the exit code; undefined where the command sets its own. Throws an error whose message is a sentence. */
  run(argv: readonly string[]): Promise<number | undefined>;
};

/** The caller wrote what no command takes: its message is a sentence with the way out. */
export class UsageError extends Error {}

/** A sentence for a word that is no command, with the one that it is near to. `parent`: what stands before it, like `visavis user`. */
export function unknownCommand(parent: string, given: string, names: readonly string[]): UsageError {
  const near = nearestName(given, names);
  const way = near === null ? `${parent} --help lists what there is.` : `did you mean “${parent} ${near}”?`;
  return new UsageError(`“${parent} ${given}” is no command: ${way}`);
}

export function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h');
}

/** Two columns, the second of which begins on a line of its own below what is too long. */
export function columns(lines: readonly (readonly [string, string])[], widthCharacters: number): string {
  return lines
    .map(([left, right]) =>
      left.length < widthCharacters
        ? `  ${left.padEnd(widthCharacters)}${right}`
        : `  ${left}\n  ${' '.repeat(widthCharacters)}${right}`,
    )
    .join('\n');
}

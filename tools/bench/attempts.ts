import type { Measure } from './results.ts';

/** Runs the parts of a benchmark so that one that fails costs only its own numbers. */
export class Attempts {
  readonly print: (line: string) => void;
  readonly failures: string[] = [];

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  /** The numbers of this part; none, and a line in `failures`, when it fails. */
  async run(name: string, measure: () => Promise<Measure[]>): Promise<Measure[]> {
    this.print(`${name} …`);
    try {
      return await measure();
    } catch (error) {
      const failure = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      this.failures.push(failure);
      this.print(`FAILED: ${failure}`);
      return [];
    }
  }
}
